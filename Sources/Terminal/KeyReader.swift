/// A key that was pressed.
package enum Key: Hashable, Sendable {
    case character(Character)
    case enter
    case escape
    case backspace
    case delete
    case tab
    case up
    case down
    case left
    case right
    case home
    case end
    case pageUp
    case pageDown
    /// Ctrl and a letter, in lower case.
    case control(Character)
    /// Text that came by the clipboard, at most ``KeyReader/longestPaste`` bytes.
    case pasted(String)
}

/// Turns what a terminal sends into keys, however its bytes are cut (ECMA-48, xterm's sequences).
///
/// A lone escape is a key only when nothing follows for a moment: the caller says so with ``flush()``.
package struct KeyReader: Sendable {
    /// Ours: more than anybody types or may send.
    package static let longestPaste = 16_384
    private static let longestSequence = 32

    private var waiting: [UInt8] = []
    private var paste: [UInt8]?

    package init() {}

    /// Whether an escape, or part of a character, waits for what follows.
    package var isWaiting: Bool { !waiting.isEmpty }

    /// Takes bytes; returns the keys that have become complete.
    package mutating func read(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes {
            if paste != nil {
                if let key = readPasted(byte) { keys.append(key) }
                continue
            }
            waiting.append(byte)
            if let (key, isTaken) = Self.key(waiting) {
                if isTaken { waiting = [] }
                if let key { keys.append(key) }
                if waiting == Self.pasteBegin { begin() }
            }
        }
        return keys
    }

    /// Nothing more came for a moment: what waits is taken for what it is.
    package mutating func flush() -> [Key] {
        defer { waiting = [] }
        guard waiting.first == 0x1B else { return [] }
        return [.escape]
    }

    // MARK: Pasting

    private static let pasteBegin = Array("\u{1B}[200~".utf8)
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private mutating func begin() {
        waiting = []
        paste = []
    }

    private mutating func readPasted(_ byte: UInt8) -> Key? {
        guard var text = paste else { return nil }
        paste = nil
        text.append(byte)
        if text.suffix(Self.pasteEnd.count) == Self.pasteEnd[...] {
            return .pasted(String(decoding: text.dropLast(Self.pasteEnd.count), as: UTF8.self))
        }
        // The end must be found in what is too long, too.
        if text.count > Self.longestPaste + Self.pasteEnd.count { text.remove(at: Self.longestPaste) }
        paste = text
        return nil
    }

    // MARK: One key

    /// What `bytes` come to: `nil` while more are needed; whether they are used up.
    private static func key(_ bytes: [UInt8]) -> (Key?, isTaken: Bool)? {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0x1B: return sequence(bytes)
        case 0x0D, 0x0A: return (.enter, true)
        case 0x09: return (.tab, true)
        case 0x7F, 0x08: return (.backspace, true)
        case 0x00: return (nil, true)
        case 0x01..<0x20: return (.control(Character(Unicode.Scalar(first + 0x60))), true)
        case 0x20..<0x80: return (.character(Character(Unicode.Scalar(first))), true)
        default: return character(bytes)
        }
    }

    private static func character(_ bytes: [UInt8]) -> (Key?, isTaken: Bool)? {
        let length =
            switch bytes[0] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        guard bytes.count >= length else { return nil }
        return (String(validating: bytes, as: UTF8.self)?.first.map { .character($0) }, true)
    }

    private static func sequence(_ bytes: [UInt8]) -> (Key?, isTaken: Bool)? {
        guard bytes.count >= 2 else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "["):
            guard let last = bytes.dropFirst(2).last, (0x40...0x7E).contains(last) else {
                return bytes.count > longestSequence ? (nil, true) : nil
            }
            if bytes == pasteBegin { return (nil, false) }
            return (named(bytes.dropFirst(2)), true)
        case UInt8(ascii: "O"):
            return bytes.count < 3 ? nil : (named(bytes.dropFirst(2)), true)
        case 0x1B: return (.escape, true)
        default: return (nil, true)  // Alt and a key: none of ours.
        }
    }

    private static func named(_ bytes: ArraySlice<UInt8>) -> Key? {
        switch String(decoding: bytes, as: UTF8.self) {
        case "A": .up
        case "B": .down
        case "C": .right
        case "D": .left
        case "H", "1~", "7~": .home
        case "F", "4~", "8~": .end
        case "3~": .delete
        case "5~": .pageUp
        case "6~": .pageDown
        case "M": .enter  // Of the number pad.
        default: nil
        }
    }
}
