/// What people write into commands, made fit to be shown anywhere.
///
/// A character may have any number of combining marks. So lengths are held in characters, as people count, and in
/// bytes, as memory does: four a character, which even decomposed Vietnamese stays below.
enum CommandText {
    static func check(_ text: String, limit: Int) throws(Refusal) {
        guard text.utf8.count <= 4 * limit, text.count <= limit else { throw .textTooLong(limit: limit) }
    }

    /// The text with spaces for control characters and those that turn the direction of writing.
    ///
    /// On a terminal and in a list of names they could pass for something else. Line feeds stay where `keepsLines`
    /// says so.
    static func cleaned(_ text: String, keepsLines: Bool = false) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(isHarmless(scalar) || (keepsLines && scalar == "\n") ? scalar : " ")
        }
        return String(scalars)
    }

    static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: false  // C0, DEL and C1
        case 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: false  // separators, bidirectional overrides
        default: true
        }
    }
}
