/// Columns and rows of a terminal.
package struct ScreenSize: Hashable, Sendable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    /// What every screen of ours fits into.
    package static let usual = ScreenSize(columns: 80, rows: 24)
}

/// What a terminal shall show.
package struct ScreenImage: Equatable, Sendable {
    package var lines: [StyledLine]
    /// Where the cursor stands, from 0; `nil` hides it.
    package var cursor: (row: Int, column: Int)?

    package init(_ lines: [StyledLine], cursor: (row: Int, column: Int)? = nil) {
        self.lines = lines
        self.cursor = cursor
    }

    package static func == (one: ScreenImage, other: ScreenImage) -> Bool {
        one.lines == other.lines && one.cursor?.row == other.cursor?.row
            && one.cursor?.column == other.cursor?.column
    }

    /// The image cut to a screen's size: no line longer, no more lines.
    package func fitted(to size: ScreenSize) -> ScreenImage {
        var image = ScreenImage(lines.prefix(size.rows).map { $0.cut(to: size.columns) }, cursor: cursor)
        if let cursor, cursor.row >= size.rows || cursor.column >= size.columns { image.cursor = nil }
        return image
    }
}

/// Turns images into what is written to a terminal: only lines that have changed.
///
/// Plain ECMA-48 with the two private modes that every terminal of today has: other screen (1049), cursor (25), and
/// bracketed paste (2004), so that pasted text is told from keys.
package struct ScreenPainter: Sendable {
    private var shown: ScreenImage?
    private var size: ScreenSize?

    package init() {}

    /// Before the first image.
    package static let beginning = "\u{1B}[?1049h\u{1B}[?2004h\u{1B}[?25l\u{1B}[2J"
    /// Leaves the terminal as it was.
    package static let ending = "\u{1B}[0m\u{1B}[?2004l\u{1B}[?25h\u{1B}[?1049l"

    /// What makes the terminal show `image`; empty when it does so already.
    package mutating func paint(_ image: ScreenImage, on size: ScreenSize) -> String {
        let image = image.fitted(to: size)
        if size != self.size { shown = nil }
        self.size = size
        guard image != shown else { return "" }
        var output = shown == nil ? "\u{1B}[0m\u{1B}[2J" : ""
        for row in 0..<size.rows {
            let line = row < image.lines.count ? image.lines[row] : StyledLine()
            let before = shown.map { row < $0.lines.count ? $0.lines[row] : StyledLine() }
            guard line != (before ?? StyledLine()) else { continue }
            // Erasing first: behind a line of full width the erasure would take its last character.
            output += "\u{1B}[\(row + 1);1H\u{1B}[2K\(line.sequence)"
        }
        if let cursor = image.cursor {
            output += "\u{1B}[\(cursor.row + 1);\(cursor.column + 1)H\u{1B}[?25h"
        } else {
            output += "\u{1B}[?25l"
        }
        shown = image
        return output
    }

    /// Forgets what is shown: the next image is painted whole.
    package mutating func reset() { shown = nil }
}
