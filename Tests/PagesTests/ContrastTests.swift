import Foundation
import Testing

/// The colours of style.css against WCAG 2, level AA: 4.5 for text, 3 for what is not text.
@Suite("Contrast")
struct ContrastTests {
    private let colours: [String: String]

    init() throws {
        let style = try PageFolder().text("assets/style.css")
        let expression = try NSRegularExpression(pattern: #"--([\w-]+):\s*(#[0-9a-f]{6})"#)
        let matches = expression.matches(in: style, range: NSRange(style.startIndex..., in: style))
        let pairs = matches.compactMap { match -> (String, String)? in
            guard let name = Range(match.range(at: 1), in: style), let value = Range(match.range(at: 2), in: style)
            else { return nil }
            return (String(style[name]), String(style[value]))
        }
        colours = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Relative luminance of `#rrggbb`.
    private static func luminance(_ colour: String) -> Double {
        let value = Int(colour.dropFirst(), radix: 16) ?? 0
        let parts = [16, 8, 0].map { shift in
            let part = Double(value >> shift & 255) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    static func ratio(_ one: String, _ other: String) -> Double {
        let (bright, dark) = (max(luminance(one), luminance(other)), min(luminance(one), luminance(other)))
        return (bright + 0.05) / (dark + 0.05)
    }

    private func ratio(named one: String, on other: String) throws -> Double {
        Self.ratio(try #require(colours[one], "\(one)"), try #require(colours[other], "\(other)"))
    }

    @Test("the formula gives the standard's own values")
    func formula() {
        #expect(abs(Self.ratio("#ffffff", "#000000") - 21) < 0.001)
        #expect(abs(Self.ratio("#777777", "#ffffff") - 4.478) < 0.001)
    }

    @Test(
        "text can be read on every ground",
        arguments: ["text", "dim", "accent", "good", "fair", "poor", "lost", "none"],
        ["ground", "surface", "raised", "raised-hover"])
    func text(colour: String, ground: String) throws {
        #expect(try ratio(named: colour, on: ground) >= 4.5)
    }

    @Test("borders and the focus ring can be seen", arguments: ["edge", "focus"], ["ground", "surface", "raised"])
    func marks(colour: String, ground: String) throws {
        #expect(try ratio(named: colour, on: ground) >= 3)
    }

    @Test("buttons of a colour can be read")
    func buttons() throws {
        #expect(try ratio(named: "on-accent", on: "accent") >= 4.5)
        for ground in ["danger", "danger-hover"] {
            #expect(Self.ratio("#ffffff", try #require(colours[ground])) >= 4.5)
        }
    }
}
