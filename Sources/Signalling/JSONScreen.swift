/// A text that is not the JSON that we take; what exactly is wrong helps nobody but an attacker.
struct NotJSON: Error {}

/// Reads one JSON text strictly (RFC 8259), in time linear in its length.
///
/// It takes less than the standard allows: UTF-8 without a byte order mark, no name twice in an object, no lone
/// surrogates, numbers that a double holds, and all of it within a size and a depth. What JSON readers disagree about
/// (RFC 8259 §4, §8.2, §9) never reaches the rest of the program.
struct JSONScreen {
    /// Arrays and objects within each other; the deepest message of the protocol has six; ours.
    static let depthLimit = 8
    /// The characters of a number; 2⁶⁴ has 20, an exact double of reasonable size some 25; ours.
    static let numberLength = 64

    private let text: [UInt8]
    private var position = 0

    /// Reads all of `text`.
    static func read(_ text: [UInt8], sizeLimit: Int) throws(NotJSON) -> JSONValue {
        guard text.count <= sizeLimit else { throw NotJSON() }
        var screen = JSONScreen(text: text)
        let value = try screen.value(depth: 0)
        screen.skipSpace()
        guard screen.position == text.count else { throw NotJSON() }
        return value
    }

    private init(text: [UInt8]) { self.text = text }

    // MARK: Structure

    /// Calls itself ``depthLimit`` times at most.
    private mutating func value(depth: Int) throws(NotJSON) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(NotJSON) -> JSONObject {
        guard depth <= Self.depthLimit else { throw NotJSON() }
        position += 1
        var object = JSONObject()
        skipSpace()
        if take("}") { return object }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw NotJSON() }
            let name = try string()
            skipSpace()
            guard take(":") else { throw NotJSON() }
            guard object.add(name, try value(depth: depth)) else { throw NotJSON() }
            skipSpace()
        } while take(",")
        guard take("}") else { throw NotJSON() }
        return object
    }

    private mutating func array(depth: Int) throws(NotJSON) -> [JSONValue] {
        guard depth <= Self.depthLimit else { throw NotJSON() }
        position += 1
        var array: [JSONValue] = []
        skipSpace()
        if take("]") { return array }
        repeat {
            array.append(try value(depth: depth))
            skipSpace()
        } while take(",")
        guard take("]") else { throw NotJSON() }
        return array
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(NotJSON) -> JSONValue {
        guard text[position...].starts(with: word.utf8) else { throw NotJSON() }
        position += word.utf8.count
        return value
    }

    // MARK: Strings

    private mutating func string() throws(NotJSON) -> String {
        position += 1
        let start = position
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw NotJSON() }
            if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start) }
            position += 1
        }
        let body = text[start..<position]
        guard take("\""), let string = String(validating: body, as: UTF8.self) else { throw NotJSON() }
        return string
    }

    private mutating func stringWithEscapes(from start: Int) throws(NotJSON) -> String {
        var body = Array(text[start..<position])
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw NotJSON() }
            position += 1
            if byte == UInt8(ascii: "\\") {
                body += String(try escaped()).utf8
            } else {
                body.append(byte)
            }
        }
        guard take("\""), let string = String(validating: body, as: UTF8.self) else { throw NotJSON() }
        return string
    }

    /// What stands behind a backslash (RFC 8259 §7).
    private mutating func escaped() throws(NotJSON) -> Unicode.Scalar {
        let byte = next
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedScalar()
        default: throw NotJSON()
        }
    }

    /// What follows `\u`: four hexadecimal digits, or a high surrogate, `\u` and a low one (RFC 8259 §7).
    private mutating func escapedScalar() throws(NotJSON) -> Unicode.Scalar {
        var code = UInt32(try fourDigits())
        if 0xD800...0xDBFF ~= code {
            guard take("\\"), take("u") else { throw NotJSON() }
            let low = UInt32(try fourDigits())
            guard 0xDC00...0xDFFF ~= low else { throw NotJSON() }
            code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw NotJSON() }  // A low surrogate alone is none.
        return scalar
    }

    private mutating func fourDigits() throws(NotJSON) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Self.hexadecimal(byte) else { throw NotJSON() }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    // MARK: Numbers

    private mutating func number() throws(NotJSON) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }  // No zeros in front (RFC 8259 §6).
        var isInteger = true
        if take(".") {
            isInteger = false
            try digits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        guard position - start <= Self.numberLength else { throw NotJSON() }
        let characters = String(decoding: text[start..<position], as: UTF8.self)
        if isInteger, let integer = Int64(characters) { return .integer(integer) }
        guard let number = Double(characters), number.isFinite else { throw NotJSON() }
        return .number(number)
    }

    /// One digit or more.
    private mutating func digits() throws(NotJSON) {
        let start = position
        while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        guard position > start else { throw NotJSON() }
    }

    // MARK: Bytes

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }
}
