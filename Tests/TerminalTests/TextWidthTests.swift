import Terminal
import Testing

@Suite("Widths of text, and text that is safe to show")
struct TextWidthTests {
    @Test(
        "Vietnamese takes one column a letter, composed or not",
        arguments: ["Xã Điện Biên Phủ", "Trường Sa", "Phường Chợ Lớn", "ầẫặểỗộửữỹ"])
    func vietnamese(text: String) {
        #expect(text.columns == text.count)
        #expect(Self.decomposed(text).columns == text.count)
    }

    /// With each mark as a scalar of its own.
    private static func decomposed(_ text: String) -> String {
        let parts: [Character: String] = [
            "ã": "a\u{303}", "ệ": "e\u{323}\u{302}", "ủ": "u\u{309}", "ư": "u\u{31B}", "ờ": "o\u{31B}\u{300}",
            "ợ": "o\u{31B}\u{323}", "ớ": "o\u{31B}\u{301}", "ầ": "a\u{302}\u{300}", "ẫ": "a\u{302}\u{303}",
        ]
        return text.map { parts[$0] ?? String($0) }.joined()
    }

    @Test(
        "Wide characters take two, marks and invisible ones none",
        arguments: [("漢字", 4), ("한", 2), ("😀", 2), ("Ａ", 2), ("\u{301}", 0), ("\u{200B}", 0), ("a\u{301}", 1), ("", 0)])
    func others(text: String, columns: Int) { #expect(text.columns == columns) }

    @Test("Cut text fits and says so", arguments: 0...12)
    func cut(width: Int) {
        for text in ["Phường 12", "漢字漢字漢字", "Xa\u{303} Ba", "ab"] {
            let cut = text.cut(to: width)
            #expect(cut.columns <= width)
            #expect(text.columns <= width ? cut == text : width == 0 || cut.hasSuffix("…"))
            #expect(text.fitted(to: width).columns == width)
        }
    }

    @Test("What is filled on the left ends at the right edge")
    func right() { #expect("7".fitted(to: 3, isRight: true) == "  7") }

    @Test(
        "No control character is left, however it came",
        arguments: [
            ("a\u{1B}[31mb", "a\u{FFFD}[31mb"), ("a\u{9B}31mb", "a\u{FFFD}31mb"), ("a\u{07}b", "a\u{FFFD}b"),
            ("a\r\nb", "a  b"), ("a\tb", "a b"), ("a\u{7F}b", "a\u{FFFD}b"), ("a\u{2028}b", "a b"),
            ("a\u{202E}b", "ab"), ("a\u{2066}b", "ab"), ("a\u{E0041}b", "ab"), ("a\u{E000}b", "a\u{FFFD}b"),
        ])
    func controls(text: String, plain: String) { #expect(text.plain == plain) }

    @Test("Every scalar: nothing that a terminal acts on comes through")
    func everyScalar() {
        for value in UInt32(0)..<0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for left in String(scalar).plain.unicodeScalars {
                let isControl = left.value < 0x20 || (0x7F..<0xA0).contains(left.value)
                #expect(!isControl && !(0x202A...0x202E).contains(left.value), "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test("A heap of marks on one letter is cut down")
    func marks() {
        let heap = "a" + String(repeating: "\u{301}", count: 500) + "b"
        #expect(heap.plain.unicodeScalars.count == 6)
    }

    @Test("Text is broken between words, and within one that is too long")
    func wrapping() {
        #expect("một hai ba bốn".wrapped(to: 7) == ["một hai", "ba bốn"])
        #expect("abcdefghij k".wrapped(to: 4) == ["abcd", "efgh", "ij k"])
        #expect("".wrapped(to: 4) == [""])
        #expect("a".wrapped(to: 0) == [])
    }
}
