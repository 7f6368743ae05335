/// How many columns of a terminal text takes, and text that is safe to be written to one.
extension Character {
    /// Columns of a terminal: 0, 1, or 2 for East Asian wide characters and emoji (UAX #11).
    package var columns: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isASCII { return first.value < 0x20 || first.value == 0x7F ? 0 : 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        // A text symbol that asks for its picture (U+FE0F) takes a picture's width.
        if unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        return first.properties.isEmojiPresentation || first.isWide ? 2 : 1
    }
}

extension Unicode.Scalar {
    /// East Asian Wide or Fullwidth, by block: Vietnamese in any form is neither.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

extension StringProtocol {
    /// Columns of a terminal.
    package var columns: Int { reduce(0) { $0 + $1.columns } }
}

extension String {
    /// The text cut to `width` columns, with `…` as its last where something is cut off.
    package func cut(to width: Int) -> String {
        guard columns > width else { return self }
        guard width > 0 else { return "" }
        var text = ""
        var used = 0
        for character in self {
            guard used + character.columns <= width - 1 else { break }
            text.append(character)
            used += character.columns
        }
        return text + "…"
    }

    /// The text cut, or filled with spaces, to exactly `width` columns.
    package func fitted(to width: Int, isRight: Bool = false) -> String {
        let text = cut(to: width)
        let space = String(repeating: " ", count: Swift.max(0, width - text.columns))
        return isRight ? space + text : text + space
    }

    /// The text without anything that a terminal would act on, or that would deceive its reader.
    ///
    /// Names and messages come from others: no control character of theirs (C0, C1, so no escape sequence) reaches
    /// the terminal, nor one that turns the direction of writing, and no more than ``mostMarks`` marks stand on one
    /// letter, or they would cover the lines above. Line ends and tabs become spaces.
    package var plain: String {
        var text = ""
        var marks = 0
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control: text.unicodeScalars.append(["\n", "\r", "\t"].contains(scalar) ? " " : "\u{FFFD}")
            case .lineSeparator, .paragraphSeparator: text.unicodeScalars.append(" ")
            case .format: continue
            case .surrogate, .privateUse, .unassigned: text.unicodeScalars.append("\u{FFFD}")
            case .nonspacingMark, .enclosingMark, .spacingMark:
                marks += 1
                if marks <= Self.mostMarks { text.unicodeScalars.append(scalar) }
                continue
            default: text.unicodeScalars.append(scalar)
            }
            marks = 0
        }
        return text
    }

    /// Ours: decomposed Vietnamese has two.
    private static let mostMarks = 4

    /// The text in lines of at most `width` columns, broken between words where that can be.
    package func wrapped(to width: Int) -> [String] {
        guard width > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: true) {
            if !line.isEmpty, line.columns + 1 + word.columns <= width {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                if line.columns + character.columns > width {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
