import SDP
import Testing
import Units

@Suite("ICEFragment")
struct ICEFragmentTests {
    /// The shape of RFC 9725 §4.3.1: sections, credentials, UDP and TCP candidates, the end.
    static let text =
        "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n"
        + "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r\n"
        + "a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host\r\n"
        + "a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\na=end-of-candidates\r\n"

    @Test("a fragment as RFC 9725 has it is read")
    func read() throws {
        let fragment = try ICEFragment(parsing: Self.text)
        #expect(fragment.credentials.fragment == "EsAw")
        #expect(fragment.candidates.map(\.address.port) == [61_764, 61_765])
        #expect(fragment.endsCandidates)
        #expect(fragment.mid == "0")
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let address = try #require(SocketAddress("[2001:db8::1]:8443"))
        let fragment = ICEFragment(
            credentials: try #require(ICECredentials(fragment: "newfragment", password: "newpasswordnewpassword")),
            candidates: ICECandidate.hosts([address]), endsCandidates: true, mid: "video0")
        let text = "\(fragment)"
        #expect(text.hasPrefix("a=ice-ufrag:newfragment\r\na=ice-pwd:newpasswordnewpassword\r\nm=audio 9 "))
        #expect(try ICEFragment(parsing: text) == fragment)
    }

    @Test("without credentials it is none")
    func noCredentials() {
        #expect(throws: SDPError.self) {
            try ICEFragment(parsing: "m=audio 9 RTP/SAVPF 0\r\na=mid:0\r\na=end-of-candidates\r\n")
        }
    }

    @Test("cut off anywhere it is read or refused")
    func truncation() throws {
        let bytes = Array(Self.text.utf8)
        var read = 0
        for length in 0...bytes.count where (try? ICEFragment(parsing: bytes[..<length])) != nil { read += 1 }
        #expect(read > 0 && read < bytes.count)
    }
}
