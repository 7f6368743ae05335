import Foundation
import Testing

@testable import Signalling

@Suite("JSONWriter")
struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("strings are escaped so that Foundation and we read what was meant", arguments: nastyNames)
    func strings(name: String) throws {
        let json = Array(text { $0.string(name) }.utf8)
        let theirs = try JSONDecoder().decode(String.self, from: Data(json))
        #expect(Array(theirs.utf8) == Array(name.utf8))
        guard case .string(let ours) = try JSONScreen.read(json, sizeLimit: 1_000) else {
            Issue.record("no string")
            return
        }
        #expect(Array(ours.utf8) == Array(name.utf8))
    }

    @Test("every ASCII character alone")
    func ascii() throws {
        for value in UInt8(0)..<128 {
            let name = String(Unicode.Scalar(value))
            let json = text { $0.string(name) }
            #expect(try JSONDecoder().decode(String.self, from: Data(json.utf8)) == name)
        }
        #expect(text { $0.string("\u{1}\u{1F}\"") } == #""\u0001\u001f\"""#)
    }

    @Test(
        "numbers are whole where they can be, and never what JSON cannot say",
        arguments: [
            (0, "0"), (-0.0, "-0"), (25, "25"), (24.5, "24.5"), (0.012, "0.012"), (1e20, "1e+20"), (1e-7, "1e-07"),
            (.infinity, "null"), (.nan, "null"),
        ] as [(Double, String)])
    func numbers(value: Double, written: String) throws {
        #expect(text { value.write(to: &$0) } == written)
        guard value.isFinite else { return }
        #expect(try JSONDecoder().decode(Double.self, from: Data(written.utf8)) == value)
    }

    @Test("objects and arrays have their commas in the right places")
    func structure() {
        let written = text {
            $0.object {
                $0.field("empty", [Int]())
                $0.field("list", [1, 2])
                $0.field(optional: "gone", String?.none)
                $0.field(optional: "noNumber", Double?.some(.nan))
                $0.field("inner", [[1], [], [2, 3]])
                $0.field("flag", true)
            }
        }
        #expect(written == #"{"empty":[],"list":[1,2],"inner":[[1],[],[2,3]],"flag":true}"#)
        #expect(text { $0.object { _ in } } == "{}")
    }
}
