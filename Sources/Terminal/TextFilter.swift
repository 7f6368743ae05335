/// Finds text as people type it: without regard to case and, unless they are typed, to diacritics.
package struct TextFilter: Hashable, Sendable {
    /// As typed.
    package let text: String
    private let plain: String
    private let isPlain: Bool

    package init(_ text: String) {
        self.text = text
        plain = Self.folded(text)
        isPlain = plain == text.lowercased()
    }

    package var isEmpty: Bool { text.isEmpty }

    /// Whether one of the texts contains what was typed.
    package func matches(_ texts: String...) -> Bool {
        guard !isEmpty else { return true }
        // "xa" finds "Xã"; "xã" doesn't find "Xa".
        let wanted = text.lowercased()
        return texts.contains { isPlain ? Self.folded($0).contains(plain) : $0.lowercased().contains(wanted) }
    }

    /// In lower case, Vietnamese letters without their marks.
    static func folded(_ text: String) -> String {
        var folded = ""
        for scalar in text.lowercased().unicodeScalars where scalar.properties.generalCategory != .nonspacingMark {
            folded.unicodeScalars.append(base[scalar] ?? scalar)
        }
        return folded
    }

    private static let base: [Unicode.Scalar: Unicode.Scalar] = {
        let families: [(Unicode.Scalar, String)] = [
            ("a", "àáảãạăằắẳẵặâầấẩẫậ"), ("e", "èéẻẽẹêềếểễệ"), ("i", "ìíỉĩị"), ("o", "òóỏõọôồốổỗộơờớởỡợ"),
            ("u", "ùúủũụưừứửữự"), ("y", "ỳýỷỹỵ"), ("d", "đ"),
        ]
        var base: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letter, family) in families { for scalar in family.unicodeScalars { base[scalar] = letter } }
        return base
    }()
}
