/// Writes one JSON text (RFC 8259) from left to right, without spaces, fields in the order in which they are given.
///
/// Ours instead of a general coder: field order is the declared one, nothing can fail, and a roster of thousands of
/// lines takes a fraction of the time.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next field or element is the first of its object or array.
    private var isFirst = true

    init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    mutating func object(_ fields: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        fields(&self)
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    mutating func array<Element>(_ elements: [Element], _ write: (inout JSONWriter, Element) -> Void) {
        bytes.append(UInt8(ascii: "["))
        isFirst = true
        for element in elements {
            separate()
            write(&self, element)
            isFirst = false
        }
        bytes.append(UInt8(ascii: "]"))
        isFirst = false
    }

    // MARK: Fields

    mutating func field<T: JSONCodable>(_ name: String, _ value: T) {
        beginField(name)
        value.write(to: &self)
    }

    /// Leaves the field out when there is no value.
    mutating func field<T: JSONCodable>(optional name: String, _ value: T?) {
        if let value { field(name, value) }
    }

    /// Leaves the field out when there is no value, or none that JSON can say.
    mutating func field(optional name: String, _ value: Double?) {
        if let value, value.isFinite { field(name, value) }
    }

    private mutating func beginField(_ name: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes += name.utf8  // Ours, and so without anything to escape.
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        isFirst = false
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
    }

    // MARK: Values

    /// A number or a word.
    mutating func raw(_ text: String) { bytes += text.utf8 }

    /// A string, with what must be escaped (RFC 8259 §7) and nothing else.
    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.mustEscape) {
            for byte in text.utf8 { escape(byte) }
        } else {
            bytes += text.utf8
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func mustEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        guard Self.mustEscape(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes += "u00".utf8
            bytes += [Self.hexadecimal(byte >> 4), Self.hexadecimal(byte & 15)]
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + (digit - 10)
    }
}
