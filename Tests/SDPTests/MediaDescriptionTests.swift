import SDP
import Testing
import Units

@Suite("MediaDescription")
struct MediaDescriptionTests {
    static func section(_ lines: String...) throws -> MediaDescription {
        let text = (["v=0"] + lines).joined(separator: "\r\n") + "\r\n"
        return try #require(try SessionDescription(parsing: text).media.first)
    }

    @Test("a codec is put together from lines in any order, by its payload type in the m line")
    func codecs() throws {
        let section = try Self.section(
            "m=video 9 UDP/TLS/RTP/SAVPF 108 96 97 70 5", "a=fmtp:108 Packetization-Mode=1; profile-level-id=42e01f",
            "a=rtcp-fb:* nack", "a=rtcp-fb:121 nack pli", "a=rtcp-fb:96 ccm fir", "a=rtpmap:96 VP8/90000",
            "a=rtpmap:108 H264/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtpmap:70 VP8/90000",
            "a=rtpmap:96 VP9/90000", "a=rtpmap:x VP9/90000", "a=rtpmap:121 VP9/90000")
        let codecs = section.codecs
        #expect(codecs.map(\.payloadType) == [108, 96, 97], "70 would be RTCP, 5 has no map, 121 is not in the line")
        #expect(codecs[0].parameters == ["packetization-mode": "1", "profile-level-id": "42e01f"])
        #expect(codecs[1].name == "VP8", "the first map counts")
        #expect(codecs[1].feedback == ["ccm fir", "nack"])
        #expect(codecs[2].associatedPayloadType == 96)
    }

    @Test(
        "H.264 is constrained baseline in all its spellings, and nothing else",
        arguments: [
            ("profile-level-id=42e01f;packetization-mode=1", true),
            ("profile-level-id=42C01E;packetization-mode=1", true),
            ("profile-level-id=42e034;packetization-mode=1", true), ("packetization-mode=1", true),
            ("profile-level-id=424015;packetization-mode=1", true),
            ("profile-level-id=4d801f;packetization-mode=1", true),
            ("profile-level-id=58c01f;packetization-mode=1", true),
            ("profile-level-id=42001f;packetization-mode=1", false),
            ("profile-level-id=42e01f;packetization-mode=0", false), ("profile-level-id=42e01f", false),
            ("profile-level-id=4d001f;packetization-mode=1", false),
            ("profile-level-id=640c1f;packetization-mode=1", false),
            ("profile-level-id=f4001f;packetization-mode=1", false),
            ("profile-level-id=42e0;packetization-mode=1", false),
            ("profile-level-id=+2e01f;packetization-mode=1", false),
        ])
    func h264(parameters: String, matches: Bool) throws {
        let section = try Self.section(
            "m=video 9 UDP/TLS/RTP/SAVPF 108", "a=rtpmap:108 H264/90000", "a=fmtp:108 \(parameters)")
        let codec = try #require(section.codecs.first)
        #expect(MediaCodec.video(.h264).matches(codec) == matches)
        #expect(!MediaCodec.video(.vp8).matches(codec))
    }

    @Test("Opus is Opus in capitals too, at 48 kHz only")
    func opus() throws {
        let section = try Self.section(
            "m=audio 9 UDP/TLS/RTP/SAVPF 96 97 9", "a=rtpmap:96 OPUS/48000/2", "a=rtpmap:97 opus/16000",
            "a=rtpmap:9 G722/8000/1")
        #expect(section.codecs.map(MediaCodec.opus.matches) == [true, false, false])
        #expect(section.codecs.map(\.channels) == [2, 1, 1])
    }

    @Test("header extensions come with number, URI and direction; impossible numbers are none")
    func extensions() throws {
        let section = try Self.section(
            "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=extmap:2/recvonly urn:x", "a=extmap:18 urn:y attributes",
            "a=extmap:0 urn:z",
            "a=extmap:15 urn:z", "a=extmap:256 urn:z", "a=extmap:2 urn:again", "a=extmap:3/sideways urn:z", "a=extmap:4"
        )
        #expect(
            section.headerExtensions == [
                HeaderExtension(id: 2, uri: "urn:x", direction: .receiveOnly), HeaderExtension(id: 18, uri: "urn:y"),
            ])
    }

    @Test("layers are those of the simulcast line that a rid line describes, in its order")
    func simulcast() throws {
        let section = try Self.section(
            "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rid:f send pt=96;max-width=1280", "a=rid:h send", "a=rid:r recv",
            "a=simulcast:recv r send ~h,x;f;f;unknown;r")
        #expect(section.simulcastSend.map(\.id) == ["h", "f"])
        #expect(section.simulcastSend.map(\.payloadTypes) == [[], [96]])
        #expect(section.simulcastReceive.map(\.id) == ["r"])
    }

    @Test("streams come with their RTX streams; 0 and what is no number are none")
    func sources() throws {
        let section = try Self.section(
            "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=ssrc-group:FID 10 11", "a=ssrc-group:FID 10 12 13",
            "a=ssrc-group:FEC-FR 20 21", "a=ssrc:10 cname:c", "a=ssrc:11 cname:c", "a=ssrc:20 cname:d",
            "a=ssrc:21 cname:d",
            "a=ssrc:0 cname:x", "a=ssrc:4294967296 cname:x", "a=ssrc:10 msid:a b")
        #expect(
            section.announcedSources == [
                AnnouncedSource(ssrc: SSRC(rawValue: 10), resending: SSRC(rawValue: 11)),
                AnnouncedSource(ssrc: SSRC(rawValue: 20)),
            ])
        #expect(section.value(of: "cname", for: SSRC(rawValue: 20)) == "d")
        #expect(section.value(of: "msid", for: SSRC(rawValue: 10)) == "a b")
    }

    @Test("of candidates the UDP ones with an address and of component 1 are kept")
    func candidates() throws {
        let section = try Self.section(
            "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=candidate:1 1 udp 2122194687 127.0.0.1 33977 typ host generation 0",
            "a=candidate:2 1 UDP 1 fd00::2 60342 typ srflx raddr 0.0.0.0 rport 0",
            "a=candidate:3 2 UDP 1 192.0.2.2 9 typ host",
            "a=candidate:4 1 tcp 1 192.0.2.2 9 typ host tcptype active",
            "a=candidate:5 1 udp 1 6d4f2a5e-0c3f-4b7e.local 9 typ host",
            "a=candidate:6 1 udp 4294967296 192.0.2.2 9 typ host", "a=candidate:7 1 udp 1 192.0.2.2 0 typ host",
            "a=candidate:8 1 udp 1 192.0.2.2 70000 typ host", "a=candidate:9 1 udp 1 192.0.2.2")
        #expect(section.candidates.map(\.foundation) == ["1", "2"])
        #expect(section.candidates.map(\.address.port) == [33_977, 60_342])
        #expect(section.candidates.map(\.kind) == [.host, .serverReflexive])
        let first = try #require(section.candidates.first)
        #expect(ICECandidate(first.text) == first)
    }

    @Test("fingerprints are read in any case, with the right length, of sound algorithms")
    func fingerprints() throws {
        let digest = [UInt8](0..<32)
        let fingerprint = Fingerprint(algorithm: .sha256, digest: digest)
        #expect(fingerprint.description.hasPrefix("sha-256 00:01:02:"))
        #expect(Fingerprint(fingerprint.description) == fingerprint)
        #expect(Fingerprint(fingerprint.description.lowercased()) == fingerprint)
        #expect(Fingerprint("SHA-256 \(fingerprint.description.dropFirst(8))") == fingerprint)
        #expect(Fingerprint(String(fingerprint.description.dropLast(3))) == nil)
        #expect(Fingerprint(fingerprint.description.replacing("1F", with: "+F")) == nil)
        #expect(Fingerprint("sha-1 \(fingerprint.description.dropFirst(8))") == nil)
    }

    @Test("ICE credentials need their length and their letters")
    func credentials() {
        let password = "0123456789012345678901"
        #expect(ICECredentials(fragment: "abcd", password: password) != nil)
        #expect(ICECredentials(fragment: "abc", password: password) == nil)
        #expect(ICECredentials(fragment: "abcd", password: String(password.dropLast())) == nil)
        #expect(ICECredentials(fragment: "ab:d", password: password) == nil)
        #expect(ICECredentials(fragment: String(repeating: "a", count: 257), password: password) == nil)
        #expect(ICECredentials(fragment: nil, password: password) == nil)
    }
}
