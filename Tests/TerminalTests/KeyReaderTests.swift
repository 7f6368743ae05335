import Terminal
import Testing

@Suite("Keys")
struct KeyReaderTests {
    private static let samples: [(String, [Key])] = [
        ("m", [.character("m")]), ("ừ", [.character("ừ")]), ("😀", [.character("😀")]), ("\r", [.enter]),
        ("\u{7F}", [.backspace]), ("\t", [.tab]), ("\u{03}", [.control("c")]), ("\u{1B}[A", [.up]),
        ("\u{1B}[B", [.down]), ("\u{1B}OC", [.right]), ("\u{1B}[D", [.left]), ("\u{1B}[H", [.home]),
        ("\u{1B}[4~", [.end]), ("\u{1B}[3~", [.delete]), ("\u{1B}[5~", [.pageUp]), ("\u{1B}[6~", [.pageDown]),
        ("\u{1B}[1;5C", []), ("\u{1B}x", []), ("ab", [.character("a"), .character("b")]), ("\u{1B}\u{1B}", [.escape]),
        ("\u{1B}[200~q;\u{1B}[A\u{1B}[201~q", [.pasted("q;\u{1B}[A"), .character("q")]),
    ]

    @Test("Bytes become the keys that they are, in one piece or byte by byte", arguments: samples.indices)
    func keys(index: Int) {
        let (text, keys) = Self.samples[index]
        var whole = KeyReader()
        #expect(whole.read(text.utf8) == keys)
        var cut = KeyReader()
        #expect(text.utf8.flatMap { cut.read([$0]) } == keys)
        #expect(!cut.isWaiting)
    }

    @Test("A lone escape is a key once nothing follows")
    func escape() {
        var reader = KeyReader()
        #expect(reader.read([0x1B]) == [])
        #expect(reader.isWaiting)
        #expect(reader.flush() == [.escape])
        #expect(reader.flush() == [])
    }

    @Test("Bytes that are no UTF-8 are no keys, and the next key is")
    func malformed() {
        var reader = KeyReader()
        #expect(reader.read([0xFF, 0x80, 0xC0, UInt8(ascii: "q")]) == [.character("q")])
    }

    @Test("Any bytes: no trap, no growth", arguments: UInt64(1)...20)
    func anything(seed: UInt64) {
        var state = seed
        var reader = KeyReader()
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let byte = state >> 60 == 0 ? 0x1B : UInt8(truncatingIfNeeded: state >> 40)
            _ = reader.read([byte])
        }
        _ = reader.flush()
    }

    @Test("A paste without end is cut, and its end is still seen")
    func longPaste() {
        var reader = KeyReader()
        _ = reader.read("\u{1B}[200~".utf8)
        #expect(reader.read(repeatElement(UInt8(ascii: "x"), count: 100_000)) == [])
        let keys = reader.read("\u{1B}[201~q".utf8)
        #expect(keys.count == 2 && keys.last == .character("q"))
        guard case .pasted(let text)? = keys.first else { return #expect(Bool(false)) }
        #expect(text.utf8.count <= KeyReader.longestPaste + 8)
    }
}

@Suite("The line editor")
struct LineEditorTests {
    private func type(_ keys: [Key], into text: String = "", limit: Int = 100) -> (LineEditor, LineEditor.Outcome) {
        var editor = LineEditor(text, limit: limit)
        var outcome = LineEditor.Outcome.editing
        for key in keys { outcome = editor.handle(key) }
        return (editor, outcome)
    }

    @Test("Text is typed, changed and handed in")
    func typing() {
        let (_, outcome) = type([
            .character("N"), .character("m"), .left, .character("a"), .end, .character("?"), .backspace, .enter,
        ])
        #expect(outcome == .submitted("Nam"))
    }

    @Test("A mark typed on its own lands on its letter, and goes with it")
    func marks() {
        let (editor, _) = type([.character("a"), .character("\u{303}")])
        #expect(editor.text.count == 1 && editor.place == 1)
        #expect(type([.character("a"), .character("\u{303}"), .backspace]).0.text.isEmpty)
    }

    @Test("Whole words, and all before or behind the cursor, go at once")
    func killing() {
        #expect(type([.control("w")], into: "một hai ").0.text == Array("một "))
        #expect(type([.home, .control("k")], into: "một hai").0.text == [])
        #expect(type([.control("u")], into: "một hai").0.text == [])
        #expect(type([.home, .delete], into: "ab").0.text == ["b"])
    }

    @Test("Escape and Ctrl-C give up", arguments: [Key.escape, .control("c")])
    func cancel(key: Key) { #expect(type([key], into: "x").1 == .cancelled) }

    @Test("No more goes in than the limit, by typing or pasting, and no control characters")
    func limit() {
        #expect(type([.pasted(String(repeating: "x", count: 50))], limit: 10).0.text.count == 10)
        #expect(type([.character("y")], into: "0123456789", limit: 10).0.text.count == 10)
        #expect(type([.pasted("a\u{1B}b\nc")]).0.text == Array("a\u{FFFD}b c"))
    }

    @Test("The window shows the cursor, whatever the width", arguments: 2...12)
    func window(width: Int) {
        var editor = LineEditor("Nguyễn 漢字 Văn Á", limit: 100)
        for key in [Key.end, .home] + Array(repeating: .right, count: 20) {
            _ = editor.handle(key)
            let (text, column) = editor.window(width)
            #expect(column < width && text.columns <= width - 1)
        }
    }
}
