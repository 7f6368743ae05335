import SDP
import Testing
import Units

/// Offers made by hand, where what matters is one line.
enum Made {
    static let head =
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
        + "a=fingerprint:sha-256 " + (0..<32).map { _ in "AB" }.joined(separator: ":") + "\r\na=setup:actpass\r\n"

    static func video(_ mid: String, _ lines: String...) -> String {
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:\(mid)\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
            + lines.map { $0 + "\r\n" }.joined()
    }

    static func audio(_ mid: String, _ lines: String...) -> String {
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:\(mid)\r\na=rtcp-mux\r\na=rtpmap:111 OPUS/48000/2\r\n"
            + lines.map { $0 + "\r\n" }.joined()
    }

    static func offer(bundle: String, _ sections: [String]) throws -> SessionDescription {
        try SessionDescription(parsing: head + "a=group:BUNDLE \(bundle)\r\n" + sections.joined())
    }
}

@Suite("AnswerRefusal")
struct AnswerRefusalTests {
    @Test("setup:passive is refused with 422, active and none at all are answered")
    func setup() throws {
        let offer = try Fixture.offer("aiortc-sendonly")
        let policy = try AnswerPolicy.of(.whip)
        let refusal = policy.refusal(of: try offer.replacing("a=setup:actpass", with: "a=setup:passive"))
        #expect(refusal == .setupPassive)
        #expect(refusal?.status == 422 && refusal?.code == "setup-passive")
        #expect(policy.refusal(of: try offer.replacing("a=setup:actpass", with: "a=setup:active")) == nil)
        #expect(policy.refusal(of: try offer.replacing("a=setup:actpass\r\n", with: "")) == nil)
        let odd = policy.refusal(of: try offer.replacing("a=setup:actpass", with: "a=setup:holdconn"))
        #expect(odd == .badSetup("holdconn") && odd?.status == 400)
    }

    @Test("what the transport needs is asked for", arguments: Route.allCases)
    func transport(route: Route) throws {
        let offer = try Fixture.offer("chromium-sendrecv-datachannel")
        let policy = try AnswerPolicy.of(route)
        #expect(policy.refusal(of: offer) == nil, "the control")
        #expect(policy.refusal(of: try offer.replacing("t=0 0\r\n", with: "t=0 0\r\n")) == nil)
        #expect(policy.refusal(of: try offer.replacing("a=group:BUNDLE 0 1 2\r\n", with: "")) == .noBundle)
        #expect(policy.refusal(of: try offer.replacing("a=ice-ufrag:", with: "a=ice-other:")) == .missingICE)
        #expect(
            policy.refusal(of: try offer.replacing("a=fingerprint:sha-256", with: "a=fingerprint:md5"))
                == .missingFingerprint)
        #expect(policy.refusal(of: try offer.replacing("a=extmap-allow-mixed\r\n", with: "a=ice-lite\r\n")) == .iceLite)
        #expect(policy.refusal(of: try offer.replacing("a=rtcp-mux\r\n", with: "")) == .noRTCPMux(mid: "0"))
        #expect(policy.refusal(of: try offer.replacing("a=mid:1\r\n", with: "a=mid:0\r\n")) == .badMid(section: 1))
        #expect(policy.refusal(of: try offer.replacing("a=mid:1\r\n", with: "a=mid:a b\r\n")) == .badMid(section: 1))
        #expect(AnswerRefusal.noBundle.status == 406 && AnswerRefusal.noRTCPMux(mid: "0").status == 406)
    }

    @Test("no common codec: 406 at /whip, an inactive section at /media", arguments: Fixture.withoutCommonVideo)
    func noCommonCodec(name: String) throws {
        let offer = try Fixture.offer(name)
        let refusal = try AnswerPolicy.of(.whip).refusal(of: offer)
        #expect(refusal == .noCommonCodec(mid: "1", kind: .video))
        #expect(refusal?.status == 406)
        let (answer, negotiated) = try AnswerPolicy.of(.media).answer(offer)
        #expect(answer.media.map(answer.direction(of:)) == [.receiveOnly, .inactive])
        #expect(answer.media[1].port == 9 && answer.bundle == ["0", "1"])
        #expect(negotiated.sections.map(\.mid) == ["0"])
    }

    @Test("the wrong door is refused and says so")
    func wrongDoor() throws {
        #expect(try AnswerPolicy.of(.whep).refusal(of: try Fixture.offer("aiortc-sendonly")) == .nothingAllowed)
        #expect(try AnswerPolicy.of(.whip).refusal(of: try Fixture.offer("aiortc-recvonly")) == .nothingAllowed)
        #expect(AnswerRefusal.nothingAllowed.text.contains("/whep"))
    }

    @Test("a section outside the bundle or without rtcp-mux is refused at /whip and rejected at /media")
    func halfBundled() throws {
        let outside = try Made.offer(bundle: "a", [Made.audio("a"), Made.video("v")])
        #expect(try AnswerPolicy.of(.whip).refusal(of: outside) == .noBundle)
        #expect(try AnswerPolicy.of(.media).answer(outside).answer.media.map(\.port) == [9, 0])

        let unmuxed = try Made.offer(bundle: "a v", [Made.audio("a"), Made.video("v")])
            .replacing("a=mid:a\r\na=rtcp-mux\r\n", with: "a=mid:a\r\n")
        #expect(try AnswerPolicy.of(.whip).refusal(of: unmuxed) == .noRTCPMux(mid: "a"))
        let (answer, _) = try AnswerPolicy.of(.media).answer(unmuxed)
        #expect(answer.media.map(\.port) == [0, 9])
        #expect(answer.bundle == ["v"])
        #expect(answer.media[1].candidates.count == 2, "the section that carries the transport has the candidates")
    }

    @Test("first sending video is the camera, the second the screen, a third and a second microphone are inactive")
    func roles() throws {
        let offer = try Made.offer(
            bundle: "a b c d e",
            [
                Made.video("a", "a=sendonly"), Made.audio("b", "a=sendonly"), Made.video("c"),
                Made.video("d", "a=sendonly"),
                Made.audio("e", "a=sendonly"),
            ])
        let (answer, negotiated) = try AnswerPolicy.of(.media).answer(offer)
        #expect(negotiated.sections.map(\.mid) == ["a", "b", "c"])
        #expect(negotiated.sections.map(\.sending?.role) == [.camera, .microphone, .screen])
        #expect(negotiated.sections.map(\.receiving?.slot) == [nil, nil, 0])
        #expect(
            answer.media.map(answer.direction(of:)) == [.receiveOnly, .receiveOnly, .sendReceive, .inactive, .inactive])
        #expect(answer.media[1].values(of: "rtpmap") == ["111 OPUS/48000/2"])
    }

    @Test("32 sections are served, further ones rejected, in an answer of as many sections")
    func manySections() throws {
        let mids = (0..<40).map { "m\($0)" }
        let offer = try Made.offer(
            bundle: mids.joined(separator: " "), mids.map { Made.video($0, "a=recvonly") })
        let (answer, negotiated) = try AnswerPolicy.of(.whep, pictures: 100).answer(offer)
        #expect(answer.media.count == 40)
        #expect(answer.media.map(\.port) == Array(repeating: 9, count: 32) + Array(repeating: 0, count: 8))
        #expect(negotiated.sections.count == 32)
        #expect(answer.bundle == Array(mids.prefix(32)))
    }

    @Test("sections that the offer itself rejects, or that are no DTLS-SRTP, are rejected")
    func rejected() throws {
        let offer = try Made.offer(
            bundle: "a b c",
            [
                Made.audio("a").replacing("m=audio 9", with: "m=audio 0"),
                Made.audio("b").replacing("UDP/TLS/RTP/SAVPF", with: "RTP/AVP"), Made.video("c"),
            ])
        let (answer, _) = try AnswerPolicy.of(.whip).answer(offer)
        #expect(answer.media.map(\.port) == [0, 0, 9])
        #expect(answer.bundle == ["c"])
    }

    @Test("a layer limited to another payload type, and a fourth, are not taken; without the extension none is")
    func layers() throws {
        func layers(_ lines: String...) throws -> [String]? {
            let section = Made.video("v", "a=sendonly") + lines.map { $0 + "\r\n" }.joined()
            let offer = try Made.offer(bundle: "v", [section])
            return try AnswerPolicy.of(.whip).answer(offer).negotiated.sections.first?.sending?.layers
        }
        let rids = ["a=rid:a send", "a=rid:b send pt=97", "a=rid:c send pt=96", "a=rid:d send", "a=rid:e send"]
        let all = rids + ["a=simulcast:send a;b;c;d;e"]
        let id = "a=extmap:10 \(HeaderExtension.streamID)"
        #expect(try layers(id, all.joined(separator: "\r\n")) == ["a", "c", "d"])
        #expect(try layers(all.joined(separator: "\r\n")) == [])
        #expect(try layers("a=extmap:10/recvonly \(HeaderExtension.streamID)", all.joined(separator: "\r\n")) == [])
    }

    @Test("an extension that the client only wants to receive is not used for what it sends")
    func extensionDirections() throws {
        let offer = try Made.offer(
            bundle: "a b",
            [
                Made.audio(
                    "a", "a=sendonly", "a=extmap:1/recvonly \(HeaderExtension.audioLevel)",
                    "a=extmap:2/sendonly \(HeaderExtension.mid)"),
                Made.audio(
                    "b", "a=recvonly", "a=extmap:1/recvonly \(HeaderExtension.audioLevel)",
                    "a=extmap:2/sendonly \(HeaderExtension.mid)"),
            ])
        let (answer, negotiated) = try AnswerPolicy.of(.media).answer(offer)
        #expect(negotiated.sections[0].sending?.extensions == ExtensionIDs(mid: 2))
        #expect(negotiated.sections[1].receiving?.extensions == ExtensionIDs(audioLevel: 1))
        #expect(answer.media[0].values(of: "extmap") == ["2/recvonly \(HeaderExtension.mid)"])
        #expect(answer.media[1].values(of: "extmap") == ["1/sendonly \(HeaderExtension.audioLevel)"])
    }

    @Test("every refusal has a code of its own and a text")
    func codes() {
        let all: [AnswerRefusal] = [
            .malformed(SDPError(.noVersion, line: 1)), .badMid(section: 0), .noCommonCodec(mid: "0", kind: .audio),
            .noBundle,
            .noRTCPMux(mid: "0"), .setupPassive, .badSetup("x"), .iceLite, .missingICE, .missingFingerprint,
            .nothingAllowed,
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { $0.text.hasSuffix(".") && [400, 406, 422].contains($0.status) })
    }
}
