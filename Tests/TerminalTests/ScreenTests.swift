import Terminal
import Testing

@Suite("What is written to the terminal")
struct ScreenTests {
    private let size = ScreenSize(columns: 20, rows: 3)

    @Test("Nothing is written when nothing has changed, and only the changed line when one has")
    func onlyChanges() {
        var painter = ScreenPainter()
        #expect(painter.paint(ScreenImage(["một", "hai"]), on: size).contains("một"))
        #expect(painter.paint(ScreenImage(["một", "hai"]), on: size) == "")
        let second = painter.paint(ScreenImage(["một", "ba"]), on: size)
        #expect(second.contains("\u{1B}[2;1H") && second.contains("ba") && !second.contains("một"))
    }

    @Test("A line that is gone is erased")
    func erased() {
        var painter = ScreenPainter()
        _ = painter.paint(ScreenImage(["một", "hai"]), on: size)
        #expect(painter.paint(ScreenImage(["một"]), on: size).contains("\u{1B}[2;1H\u{1B}[2K"))
    }

    @Test("Another size, or a reset, paints all of it")
    func whole() {
        var painter = ScreenPainter()
        let image = ScreenImage(["một"])
        _ = painter.paint(image, on: size)
        #expect(painter.paint(image, on: ScreenSize(columns: 30, rows: 3)).contains("một"))
        painter.reset()
        #expect(painter.paint(image, on: ScreenSize(columns: 30, rows: 3)).contains("một"))
    }

    @Test("No line is longer than the screen, and there are no more of them than rows")
    func fits() {
        let long = ScreenImage(
            (0..<9).map { _ in StyledLine("Phường Tân Định ", .bold).appending("漢字漢字", .alarm) }, cursor: (5, 1))
        let fitted = long.fitted(to: size)
        #expect(fitted.lines.count == 3)
        #expect(fitted.lines.allSatisfy { $0.columns <= 20 })
        #expect(fitted.lines[0].text.hasSuffix("…"))
        #expect(fitted.cursor == nil)
    }

    @Test("Escape sequences in text do not reach the terminal, in whatever piece they stand")
    func injection() {
        var painter = ScreenPainter()
        let evil = "\u{1B}]0;owned\u{07}\u{9B}2J\r\n"
        let line = StyledLine(evil).appending(evil, .alarm)
        let output = painter.paint(ScreenImage([line, line.restyled(.reversed, width: 20)]), on: size)
        // What is left are our own sequences: none with ']', none that ends in a bell.
        #expect(!output.contains("\u{1B}]") && !output.contains("\u{07}") && !output.contains("\u{9B}"))
        let sequences = output.unicodeScalars.count { $0 == "\u{1B}" }
        #expect(sequences == output.split(separator: "\u{1B}[", omittingEmptySubsequences: true).count)
    }

    @Test("Pieces are cut in the right one, with an ellipsis even at its edge", arguments: 0...10)
    func pieces(width: Int) {
        let line = StyledLine("abcd", .bold).appending("efgh", .dim)
        let cut = line.cut(to: width)
        #expect(cut.columns <= width)
        #expect(cut.text == "abcdefgh".cut(to: width))
    }
}
