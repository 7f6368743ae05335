import Foundation
import Testing

@testable import Signalling

@Suite("JSONScreen")
struct JSONScreenTests {
    private func read(_ text: String) throws(NotJSON) -> JSONValue { try read(Array(text.utf8)) }

    private func read(_ text: [UInt8]) throws(NotJSON) -> JSONValue {
        try JSONScreen.read(text, sizeLimit: ClientMessage.sizeLimit)
    }

    @Test(
        "what is JSON is read",
        arguments: [
            (" null ", .null), ("true", .bool(true)), ("\t\r\nfalse", .bool(false)), ("0", .integer(0)),
            ("-0", .integer(0)), ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", .number(1.5)), ("1e3", .number(1_000)),
            ("-2.5E-1", .number(-0.25)), ("1E+2", .number(100)), ("1e-999", .number(0)), ("\"\"", .string("")),
            ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", .string("a\"\\/\u{8}\u{C}\n\r\t")),
            ("\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"", .string("A\u{E9}\u{20AC}\u{1F600}")),
            ("\"\\u0000\"", .string("\u{0}")), ("\"\u{7F}\u{2028}é😀\"", .string("\u{7F}\u{2028}é😀")),
            ("[]", .array([])),
            ("[ 1 , [ ] ]", .array([.integer(1), .array([])])), ("{}", .object(JSONObject())),
            ("[[[[[[[[1]]]]]]]]", nested(8)),
        ] as [(String, JSONValue)])
    func accepts(text: String, value: JSONValue) throws {
        #expect(try read(text) == value)
    }

    private static func nested(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(.integer(1)) { value, _ in .array([value]) }
    }

    @Test(
        "what is none, or not what we take, is not",
        arguments: [
            "", " ", "nul", "nulll", "True", "01", "-", "-01", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity",
            "1e999", "-1e999", "1 2", "[1,]", "[,1]", "[1 2]", "[", "]", "{", "{}}", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"",
            "\"\\u12G4\"",
            "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\\n\u{1}\"", "\"\\uD800\"", "\"\\uD800x\"", "\"\\uD800\\n\"",
            "\"\\uD800\\uD800\"", "\"\\uDC00\"", "\"\\uDC00\\uD800\"", "\u{FEFF}{}", "{}\u{0}", "// x\n1", "[1]/**/",
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "[[[[[[[[[1]]]]]]]]]",
            "\u{A0}1", "tru\u{0}",
        ])
    func rejects(text: String) {
        #expect(throws: NotJSON.self) { try read(text) }
    }

    @Test(
        "bytes that are no UTF-8 are not taken, wherever they stand",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0x80]] as [[UInt8]])
    func rejectsBadUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: NotJSON.self) { try read([quote] + bytes + [quote]) }
        #expect(throws: NotJSON.self) { try read([quote] + Array("\\n".utf8) + bytes + [quote]) }
        #expect(throws: NotJSON.self) { try read(bytes) }
        #expect(throws: NotJSON.self) { try read(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) }
    }

    @Test("depth is counted over arrays and objects together, and does not overflow the stack")
    func depth() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            func text(_ depth: Int) -> String {
                String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            }
            _ = try read(text(JSONScreen.depthLimit))
            #expect(throws: NotJSON.self) { try read(text(JSONScreen.depthLimit + 1)) }
            #expect(throws: NotJSON.self) { try read(String(repeating: open, count: 50_000)) }
        }
    }

    @Test("the size and the length of a number are held")
    func sizes() throws {
        let limit = ClientMessage.sizeLimit
        _ = try read("\"" + String(repeating: "a", count: limit - 2) + "\"")
        #expect(throws: NotJSON.self) { try read("\"" + String(repeating: "a", count: limit - 1) + "\"") }
        _ = try read(String(repeating: "1", count: JSONScreen.numberLength))
        #expect(throws: NotJSON.self) { try read(String(repeating: "1", count: JSONScreen.numberLength + 1)) }
        #expect(throws: NotJSON.self) { try read("0." + String(repeating: "0", count: 100_000)) }
    }

    @Test("a name twice is found among few and among many")
    func duplicates() throws {
        for count in [1, 2, 31, 32, 33, 34, 500] {
            let fields = (0..<count).map { "\"n\($0)\":\($0)" }
            guard case .object(let object) = try read("{" + fields.joined(separator: ",") + "}") else {
                Issue.record("no object")
                return
            }
            #expect(object.fields.count == count)
            #expect(object["n\(count - 1)"] == .integer(Int64(count - 1)))
            for twice in [0, count / 2, count - 1] {
                let text = "{" + (fields + ["\"n\(twice)\":0"]).joined(separator: ",") + "}"
                #expect(throws: NotJSON.self) { try read(text) }
            }
        }
    }

    @Test("every text that ends too early is refused")
    func truncation() throws {
        let text = Array("{\"a\":[1,-2.5e3,\"x\\u00e9\\uD83D\\uDE00é\",{\"b\":null}],\"c\":true}".utf8)
        _ = try read(text)
        for length in text.indices { #expect(throws: NotJSON.self) { try read(Array(text[..<length])) } }
    }

    @Test("whatever is taken, Foundation takes and understands alike", arguments: 1...200 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) throws {
        var random = Generator(state: seed)
        let seeds = try Page().examples.map(\.json)
        var text = try #require(seeds.randomElement(using: &random))
        let alphabet = Array("{}[]\":,\\u0019.eE-+tfn \u{E9}".utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0...2, using: &random) {
            case 0: text[place] = alphabet.randomElement(using: &random) ?? 0
            case 1: text.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
            default: text.remove(at: place)
            }
        }
        let ours = try? read(text)
        let theirs = try? JSONDecoder().decode(AnyJSON.self, from: Data(text))
        guard let ours else { return }
        #expect(theirs == AnyJSON(ours), "\(String(decoding: text, as: UTF8.self))")
    }
}

extension AnyJSON {
    init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .integer(let integer): .number(Double(integer))
            case .number(let number): .number(number)
            case .string(let string): .string(string)
            case .array(let values): .array(values.map(AnyJSON.init))
            case .object(let object):
                .object(Dictionary(uniqueKeysWithValues: object.fields.map { ($0.name, AnyJSON($0.value)) }))
            }
    }
}
