import SDP
import Testing
import Units

@Suite("SessionDescription")
struct SessionDescriptionTests {
    @Test("every recorded offer is read, and reads the same once written", arguments: Fixture.names)
    func roundTrip(name: String) throws {
        let offer = try Fixture.offer(name)
        #expect(!offer.media.isEmpty)
        #expect(try SessionDescription(parsing: "\(offer)") == offer)
        for section in offer.media {
            #expect(section.mid != nil)
            #expect(offer.credentials(of: section) != nil)
            let count = name.hasPrefix("aiortc") ? 3 : 1
            #expect(section.media == "application" || offer.fingerprints(of: section).count == count)
            #expect(offer.setup(of: section) == "actpass")
            #expect(offer.bundle?.contains(section.mid ?? "") == true)
        }
    }

    @Test("cut off anywhere, an offer is read or refused, and never more than that", arguments: Fixture.names)
    func truncation(name: String) throws {
        let bytes = Array(try Fixture.text(name).utf8)
        let policy = try AnswerPolicy.of(.media)
        var read = 0
        for length in 0...bytes.count {
            // Every byte of one, a stride that hits all columns of the others.
            guard name == "chromium-sendonly-simulcast-vp8" || length % 31 == 0 || length == bytes.count else {
                continue
            }
            do throws(SDPError) {
                let offer = try SessionDescription(parsing: bytes[..<length])
                read += 1
                _ = policy.refusal(of: offer)
            } catch {
                #expect(error.line <= 300)
            }
        }
        #expect(read > 10, "the control: whole lines are read")
        #expect(throws: SDPError(.noVersion, line: 0)) { try SessionDescription(parsing: "") }
    }

    @Test("damage anywhere never traps", arguments: 1...60 as ClosedRange<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let name = try #require(Fixture.names.randomElement(using: &random))
        var bytes = Array(try Fixture.text(name).utf8)
        let policy = try AnswerPolicy.of(.media)
        for _ in 0..<20 {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] = UInt8.random(in: 32...126, using: &random)
            default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
            }
            if let offer = try? SessionDescription(parsing: bytes) { _ = policy.refusal(of: offer) }
        }
    }

    @Test("a bare line feed ends a line too, and a carriage return inside one is refused")
    func lineEnds() throws {
        let offer = try SessionDescription(parsing: "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\n\na=ice-lite\n")
        #expect(offer.isICELite)
        #expect(throws: SDPError(.controlCharacter, line: 2)) {
            try SessionDescription(parsing: "v=0\r\na=mid:0\ra=x\r\n")
        }
    }

    @Test("what is no description is refused with its line")
    func refused() {
        let cases: [(String, SDPError)] = [
            ("v=1\r\n", SDPError(.noVersion, line: 1)),
            ("o=-\r\nv=0\r\n", SDPError(.noVersion, line: 1)),
            ("v=0\r\nhello\r\n", SDPError(.notALine, line: 2)),
            ("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF\r\n", SDPError(.badMediaLine, line: 2)),
            ("v=0\r\nm=video 65536 UDP/TLS/RTP/SAVPF 96\r\n", SDPError(.badMediaLine, line: 2)),
            ("v=0\r\nm=video -1 UDP/TLS/RTP/SAVPF 96\r\n", SDPError(.badMediaLine, line: 2)),
            ("v=0\r\na=:x\r\n", SDPError(.badAttribute(""), line: 2)),
        ]
        for (text, error) in cases {
            #expect(throws: error) { try SessionDescription(parsing: text) }
        }
        #expect(throws: SDPError(.notUTF8, line: 0)) { try SessionDescription(parsing: [0x76, 0x3D, 0x30, 10, 0xFF]) }
    }

    @Test("every limit is one that is held, and just below it is read")
    func limits() throws {
        let section = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
        let head = "v=0\r\n"
        func read(_ text: String) throws(SDPError) -> SessionDescription { try SessionDescription(parsing: text) }

        #expect(try read(head + String(repeating: section, count: 64)).media.count == 64)
        #expect(throws: SDPError(.tooMany("sections", limit: 64), line: 66)) {
            try read(head + String(repeating: section, count: 65))
        }
        #expect(try read(head + String(repeating: "a=x\r\n", count: 1_024)).attributes.count == 1_024)
        #expect(throws: SDPError(.tooMany("attributes in a section", limit: 1_024), line: 1_026)) {
            try read(head + String(repeating: "a=x\r\n", count: 1_025))
        }
        #expect(try read(head + "a=" + String(repeating: "x", count: 4_094)).attributes.count == 1)
        #expect(throws: SDPError(.lineTooLong(limit: 4_096), line: 2)) {
            try read(head + "a=" + String(repeating: "x", count: 4_095))
        }
        #expect(throws: SDPError(.tooMany("lines", limit: 16_384), line: 16_385)) {
            try read(head + String(repeating: "\n", count: 20_000))
        }
        #expect(throws: SDPError(.tooLarge(bytes: 262_145), line: 0)) {
            try read(String(repeating: "v", count: 262_145))
        }
        let formats = (0..<129).map { "\($0)" }.joined(separator: " ")
        #expect(throws: SDPError(.badMediaLine, line: 2)) { try read(head + "m=video 9 RTP/SAVPF \(formats)\r\n") }
    }

    @Test("direction and credentials of the session hold where the section has none of its own")
    func sessionLevel() throws {
        let text =
            "v=0\r\na=recvonly\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:active\r\n"
            + "m=audio 9 RTP/SAVPF 0\r\nm=audio 9 RTP/SAVPF 0\r\na=sendonly\r\na=ice-ufrag:efgh\r\na=setup:actpass\r\n"
        let offer = try SessionDescription(parsing: text)
        #expect(offer.media.map(offer.direction(of:)) == [.receiveOnly, .sendOnly])
        #expect(offer.media.map { offer.credentials(of: $0)?.fragment } == ["abcd", "efgh"])
        #expect(offer.media.map { offer.setup(of: $0) } == ["active", "actpass"])
    }
}
