/// How a piece of text looks.
package struct TextStyle: Hashable, Sendable {
    /// Those of the terminal's own sixteen that can be told apart on dark and on light ground.
    package enum Color: Int, Hashable, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case cyan = 36
    }

    package var color: Color?
    package var isBold = false
    package var isDim = false
    package var isReversed = false

    package static let plain = TextStyle()
    package static let bold = TextStyle(isBold: true)
    package static let dim = TextStyle(isDim: true)
    package static let reversed = TextStyle(isReversed: true)
    package static let alarm = TextStyle(color: .red, isBold: true)
    package static let good = TextStyle(color: .green)
    package static let warning = TextStyle(color: .yellow)

    package init(color: Color? = nil, isBold: Bool = false, isDim: Bool = false, isReversed: Bool = false) {
        self.color = color
        self.isBold = isBold
        self.isDim = isDim
        self.isReversed = isReversed
    }

    /// Select Graphic Rendition (ECMA-48 §8.3.117), from whatever was before.
    var sequence: String {
        var codes = ["0"]
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        if isReversed { codes.append("7") }
        if let color { codes.append("\(color.rawValue)") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}

/// One line of a screen: pieces of text, each in its style.
///
/// What goes in is made ``Swift/String/plain`` here, so that no text of anybody's reaches the terminal as it came.
package struct StyledLine: Equatable, Sendable, ExpressibleByStringInterpolation {
    package struct Piece: Equatable, Sendable {
        package private(set) var text: String
        package var style: TextStyle

        init(_ text: String, _ style: TextStyle) {
            self.text = text.plain
            self.style = style
        }
    }

    package private(set) var pieces: [Piece] = []

    package init() {}

    package init(_ text: String, _ style: TextStyle = .plain) { append(text, style) }

    package init(stringLiteral text: String) { self.init(text) }

    /// Adds `text` behind what there is.
    package mutating func append(_ text: String, _ style: TextStyle = .plain) {
        if !text.isEmpty { pieces.append(Piece(text, style)) }
    }

    package func appending(_ text: String, _ style: TextStyle = .plain) -> StyledLine {
        var line = self
        line.append(text, style)
        return line
    }

    package var text: String { pieces.reduce(into: "") { $0 += $1.text } }
    package var columns: Int { text.columns }

    /// The line cut to `width` columns.
    package func cut(to width: Int) -> StyledLine {
        guard columns > width else { return self }
        var line = StyledLine()
        var left = width
        for piece in pieces {
            guard left > 0 else { break }
            // The next piece must go, too, when this one just fits.
            let isLast = line.columns + piece.text.columns == width && piece != pieces.last
            let text = isLast ? (piece.text + "…").cut(to: left) : piece.text.cut(to: left)
            line.append(text, piece.style)
            left -= text.columns
        }
        return line
    }

    /// The whole line in one style, to its end.
    package func restyled(_ style: TextStyle, width: Int) -> StyledLine {
        StyledLine(text.fitted(to: width), style)
    }

    /// As it goes to the terminal, ending in the plain style.
    var sequence: String {
        var sequence = ""
        var style = TextStyle.plain
        for piece in pieces {
            if piece.style != style { sequence += piece.style.sequence }
            style = piece.style
            sequence += piece.text
        }
        return style == .plain ? sequence : sequence + TextStyle.plain.sequence
    }
}
