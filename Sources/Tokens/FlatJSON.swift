/// Looks over JSON from a token before a decoder sees it.
enum FlatJSON {
    /// How deep arrays and objects may lie in each other; ours lie one deep, an audience list two.
    static let maximumDepth = 4

    /// Whether `bytes` are an object that is nowhere deeper than ``maximumDepth`` and has no member twice.
    ///
    /// A member that occurs twice must not mean one thing to one reader and another to the next (RFC 7515 §4, RFC 7519
    /// §4): refused, and with it names that are written with escapes. Only nesting and names are looked at; the rest of
    /// the grammar is the decoder's.
    static func isPlainObject(_ bytes: [UInt8]) -> Bool {
        var names: Set<ArraySlice<UInt8>> = []
        var depth = 0
        var expectsName = false
        var index = 0
        guard bytes.first == UInt8(ascii: "{") else { return false }
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= maximumDepth else { return false }
                expectsName = depth == 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                guard depth >= 0 else { return false }
            case UInt8(ascii: ","): expectsName = depth == 1
            case UInt8(ascii: "\""):
                guard let string = string(in: bytes, from: index + 1) else { return false }
                if expectsName {
                    guard !string.contains(UInt8(ascii: "\\")), names.insert(string).inserted else { return false }
                    expectsName = false
                }
                index = string.endIndex
            default: break
            }
            index += 1
        }
        return depth == 0
    }

    /// The string that begins at `start`, up to its closing quote and without it; `nil` when it has none.
    private static func string(in bytes: [UInt8], from start: Int) -> ArraySlice<UInt8>? {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return bytes[start..<index]
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }
}
