/// What identifiers that people type may look like: short, ASCII, the same in a URL, a file name and a CSV cell.
enum CodeText {
    /// Whether `text` is a letter or digit followed by letters, digits and `extra`, `length` bytes in all.
    static func isValid(_ text: String, length: ClosedRange<Int>, extra: String) -> Bool {
        let bytes = text.utf8
        guard length.contains(bytes.count), let first = bytes.first, isAlphanumeric(first) else { return false }
        return bytes.allSatisfy { isAlphanumeric($0) || extra.utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
