import SDP
import Testing
import Units

@Suite("Answer")
struct AnswerTests {
    /// The route that suits a fixture, and `/media`, which takes everything.
    static let cases: [(String, Route)] = Fixture.names.flatMap { name -> [(String, Route)] in
        if Fixture.withoutCommonVideo.contains(name) { return [(name, .media)] }
        if name.contains("recvonly") { return [(name, .whep), (name, .media)] }
        return [(name, .whip), (name, .media)] + (name.contains("sendrecv") ? [(name, .whep)] : [])
    }

    @Test("each recorded offer gets an answer that fits it, section by section", arguments: cases)
    func fits(name: String, route: Route) throws {
        let offer = try Fixture.offer(name)
        let (written, negotiated) = try AnswerPolicy.of(route).answer(offer)
        let answer = try SessionDescription(parsing: "\(written)")
        #expect(answer == written)
        #expect(answer.isICELite)
        try #require(answer.media.count == offer.media.count)
        for (asked, given) in zip(offer.media, answer.media) {
            #expect(given.mid == asked.mid)
            #expect(given.media == asked.media)
            #expect(Set(given.formats).isSubset(of: asked.formats))
            #expect(Set(given.headerExtensions.map(\.id)).isSubset(of: asked.headerExtensions.map(\.id)))
            let (theirs, ours) = (offer.direction(of: asked), answer.direction(of: given))
            #expect(!ours.sends || theirs.receives)
            #expect(!ours.receives || theirs.sends)
            #expect(answer.bundle?.contains(given.mid ?? "") == (given.port != 0))
            #expect(given.port == 0 || given.hasRTCPMux)
            #expect(given.has("rtcp-rsize") == (asked.has("rtcp-rsize") && ours != .inactive))
            for codec in given.codecs {
                let offered = try #require(asked.codecs.first { $0.payloadType == codec.payloadType })
                #expect(offered.isNamed(codec.name) && offered.clockRate == codec.clockRate)
                #expect(Set(codec.feedback).isSubset(of: offered.feedback))
                #expect(Set(codec.feedback).isSubset(of: ["nack", "nack pli", "ccm fir", "goog-remb"]))
                #expect(offered.associatedPayloadType == codec.associatedPayloadType)
            }
            let section = negotiated.sections.first { $0.mid == given.mid }
            #expect((section?.sending != nil) == ours.receives)
            #expect((section?.receiving != nil) == ours.sends)
        }
        #expect(answer.media.map { answer.setup(of: $0) }.allSatisfy { $0 == "passive" })
    }

    @Test(
        "no SSRC stands twice in a session, is 0, or is one of the client's", arguments: 0...20 as ClosedRange<UInt64>)
    func uniqueSSRCs(seed: UInt64) throws {
        let offer = try Fixture.offer("aiortc-recvonly")
        let negotiated = try AnswerPolicy.of(.whep).answer(offer, seed: seed).negotiated
        var all = negotiated.sections.compactMap(\.receiving).flatMap { [$0.ssrc, $0.resendingSSRC].compactMap { $0 } }
        all.append(negotiated.feedbackSSRC)
        #expect(all.count == 3 + 4 * 2 + 1)
        all += offer.media.flatMap { $0.announcedSources.map(\.ssrc) }
        #expect(Set(all).count == all.count)
        #expect(!all.contains(SSRC(rawValue: 0)))
    }

    @Test("even a generator that is stuck gives different SSRCs")
    func stuckGenerator() throws {
        struct Stuck: RandomNumberGenerator { mutating func next() -> UInt64 { 0 } }
        var random = Stuck()
        let negotiated = try AnswerPolicy.of(.whep).answer(
            to: try Fixture.offer("aiortc-recvonly"), random: &random
        ).negotiated
        let ssrcs = negotiated.sections.compactMap { $0.receiving?.ssrc }
        #expect(Set(ssrcs).count == 7 && !ssrcs.contains(SSRC(rawValue: 0)))
    }

    /// What the answer to Chromium's VP8 simulcast says of the picture.
    private static let video = [
        "mid:1", "ice-ufrag:serverfrag", "ice-pwd:serverpasswordserverpassword", "ice-options:trickle",
        "setup:passive", "recvonly", "rtcp-mux", "rtcp-rsize", "extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        "extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "rtpmap:96 VP8/90000", "rtcp-fb:96 nack",
        "rtcp-fb:96 nack pli", "rtcp-fb:96 ccm fir", "rtcp-fb:96 goog-remb", "rtpmap:97 rtx/90000", "fmtp:97 apt=96",
        "rid:q recv", "rid:h recv", "rid:f recv", "simulcast:recv q;h;f",
        "candidate:1 1 udp 2130706431 127.0.0.1 8443 typ host", "candidate:2 1 udp 2130706175 ::1 8443 typ host",
        "end-of-candidates",
    ]

    @Test("Chromium's simulcast: one codec, three layers, the allowed extensions only")
    func chromiumSimulcast() throws {
        let (answer, negotiated) = try AnswerPolicy.of(.whip).answer(try Fixture.offer("chromium-sendonly-simulcast"))
        let text = "\(answer)"
        #expect(
            answer.media[1].attributes.map { [$0.name, $0.value].compactMap { $0 }.joined(separator: ":") }
                == Self.video)
        #expect(text.contains("m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n"))
        #expect(text.contains("a=extmap-allow-mixed\r\n"))
        #expect(text.contains("a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"))
        #expect(text.contains("a=candidate:1 1 udp 2130706431 127.0.0.1 8443 typ host\r\n"))
        #expect(text.contains("a=candidate:2 1 udp 2130706175 ::1 8443 typ host\r\na=end-of-candidates\r\n"))
        for never in ["transport-wide-cc", "transport-cc", "video-orientation", "red/", "ulpfec", "dependency"] {
            #expect(!text.contains(never))
        }

        let camera = try #require(negotiated.sections.last?.sending)
        #expect(camera.role == .camera)
        #expect(camera.codec == CodecMapping(codec: .video(.vp8), payloadType: 96, resendingPayloadType: 97))
        #expect(camera.extensions == ExtensionIDs(mid: 4, streamID: 10, repairedStreamID: 11))
        #expect(camera.layers == ["q", "h", "f"])
        #expect(camera.sources.isEmpty, "Chromium announces none with simulcast")
        #expect(camera.feedback == [.nack, .pictureLoss, .fullIntra, .bitrateEstimate])
        let microphone = try #require(negotiated.sections.first?.sending)
        #expect(microphone.role == .microphone)
        #expect(microphone.extensions == ExtensionIDs(mid: 4, audioLevel: 1))
        #expect(microphone.sources == [AnnouncedSource(ssrc: SSRC(rawValue: 3_796_966_320))])
        #expect(negotiated.remoteIsDTLSClient && !negotiated.remoteIsICELite)
        #expect(!negotiated.remoteCandidates.isEmpty)
    }

    @Test("with H.264 first in the room, its constrained baseline with fragments is taken")
    func h264First() throws {
        let policy = try AnswerPolicy.of(.whip, codecs: [.h264, .vp8])
        let offer = try Fixture.offer("chromium-sendonly-simulcast")
        let (answer, negotiated) = try policy.answer(offer)
        #expect(answer.media[1].formats == ["108", "109"])
        #expect(
            answer.media[1].values(of: "fmtp") == [
                "108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", "109 apt=108",
            ])
        #expect(negotiated.sections[1].sending?.codec.codec == .video(.h264))
        let firefox = try policy.answer(try Fixture.offer("firefox-sendonly-simulcast")).negotiated
        #expect(firefox.sections[1].sending?.codec.codec == .video(.vp8), "it has no H.264")
    }

    @Test("Firefox: port 0 with bundle-only is no rejection, its layers come with SSRCs")
    func firefox() throws {
        let (answer, negotiated) = try AnswerPolicy.of(.whip).answer(
            try Fixture.offer("firefox-sendonly-simulcast-vp8"))
        #expect(answer.media.map(\.port) == [9, 9])
        let camera = try #require(negotiated.sections.last?.sending)
        #expect(camera.layers == ["q", "h", "f"])
        #expect(camera.sources.map(\.ssrc.rawValue) == [2_436_303_809, 2_564_384_195, 2_750_832_435])
        #expect(camera.sources.map(\.resending?.rawValue) == [1_810_325_240, 1_854_182_531, 344_558_508])
        #expect(answer.media[1].has("extmap-allow-mixed"))
        #expect(negotiated.remoteFingerprints.count == 1, "it stands at session level only")
        #expect(negotiated.remoteCandidates.map(\.address.port).count == 2, "component 2 and TCP left out")
    }

    @Test("seven slots for aiortc: main picture and first sound belong together, the others are their own")
    func slots() throws {
        let (answer, negotiated) = try AnswerPolicy.of(.whep).answer(try Fixture.offer("aiortc-recvonly"))
        let receiving = negotiated.sections.compactMap(\.receiving)
        #expect(negotiated.sections.map(\.kind) == [.audio, .audio, .audio, .video, .video, .video, .video])
        #expect(receiving.map(\.slot) == [0, 1, 2, 0, 1, 2, 3])
        #expect(receiving[0].streamID == receiving[3].streamID && receiving[0].cname == receiving[3].cname)
        #expect(Set(receiving.map(\.streamID)).count == 6)
        #expect(receiving[0].resendingSSRC == nil)
        #expect(receiving[3].codecs.map(\.codec) == [.video(.vp8), .video(.h264)])
        #expect(receiving[3].codecs.map(\.payloadType) == [97, 101])
        #expect(receiving[3].codecs.map(\.resendingPayloadType) == [98, 102])
        #expect(receiving[3].feedback == [.nack, .pictureLoss, .bitrateEstimate], "aiortc asks for no FIR")
        for (section, slot) in zip(answer.media, receiving) {
            #expect(section.announcedSources == [AnnouncedSource(ssrc: slot.ssrc, resending: slot.resendingSSRC)])
            #expect(section.value(of: "cname", for: slot.ssrc) == slot.cname)
            #expect(section.msid?.stream == slot.streamID)
            if let resending = slot.resendingSSRC { #expect(section.value(of: "cname", for: resending) == slot.cname) }
        }
        #expect(negotiated.remoteFingerprints.map(\.algorithm) == [.sha256, .sha384, .sha512])
    }

    @Test("more receiving sections than slots are answered inactive and stay in the bundle")
    func tooManySlots() throws {
        let policy = try AnswerPolicy.of(.whep, pictures: 2, sounds: 1)
        let (answer, negotiated) = try policy.answer(try Fixture.offer("aiortc-recvonly"))
        #expect(negotiated.sections.map(\.mid) == ["0", "3", "4"])
        #expect(
            answer.media.map(answer.direction(of:)) == [
                .sendOnly, .inactive, .inactive, .sendOnly, .sendOnly, .inactive, .inactive,
            ])
        #expect(answer.media.allSatisfy { $0.port == 9 && $0.formats.count >= 1 })
        #expect(answer.bundle?.count == 7)
    }

    @Test("sendrecv: both ways in /media, half of it at /whip and /whep; the data channel is rejected")
    func sendReceive() throws {
        let offer = try Fixture.offer("chromium-sendrecv-datachannel")
        let both = try AnswerPolicy.of(.media).answer(offer)
        #expect(both.answer.media.map { both.answer.direction(of: $0) } == [.sendReceive, .sendReceive, .inactive])
        #expect(both.answer.media.map(\.port) == [9, 9, 0])
        #expect(both.answer.media[2].formats == ["webrtc-datachannel"])
        #expect(both.answer.bundle == ["0", "1"])
        let video = both.negotiated.sections[1]
        let first = CodecMapping(codec: .video(.vp8), payloadType: 96, resendingPayloadType: 97)
        #expect(video.sending?.codec == first)
        #expect(video.receiving?.codecs == [first], "what sends gets exactly one codec, for both ways")
        #expect(both.answer.media[1].formats == ["96", "97"])
        let other = try AnswerPolicy.of(.media, codecs: [.h264, .vp8]).answer(offer)
        #expect(other.negotiated.sections[1].receiving?.codecs.map(\.codec) == [.video(.h264)])

        let up = try AnswerPolicy.of(.whip).answer(offer)
        #expect(up.answer.media.prefix(2).map(up.answer.direction(of:)) == [.receiveOnly, .receiveOnly])
        #expect(up.answer.media[1].formats == ["96", "97"])
        #expect(up.answer.media[1].announcedSources.isEmpty)
        let down = try AnswerPolicy.of(.whep).answer(offer)
        #expect(down.answer.media.prefix(2).map(down.answer.direction(of:)) == [.sendOnly, .sendOnly])
        #expect(down.negotiated.sections.allSatisfy { $0.sending == nil })
        #expect(down.negotiated.sections[1].receiving?.codecs.count == 2, "it only receives here: all codecs")
    }

    @Test("with every extension on, the numbers above 14 are taken too")
    func allExtensions() throws {
        let offer = try Fixture.offer("chromium-sendonly-extensions-all-on")
        let (answer, negotiated) = try AnswerPolicy.of(.whip).answer(offer)
        let camera = try #require(negotiated.sections.last?.sending)
        #expect(camera.extensions.mid != nil && camera.extensions.streamID != nil)
        #expect(
            Set(answer.media[1].headerExtensions.map(\.uri)) == [
                HeaderExtension.mid, HeaderExtension.streamID, HeaderExtension.repairedStreamID,
            ])
    }

    @Test("the room's uplink limit is told to whom sends pictures, and to nobody else")
    func uplinkLimit() throws {
        var policy = try AnswerPolicy.of(.whip)
        policy.uplinkLimit = .kilobits(2_500)
        let (answer, _) = try policy.answer(try Fixture.offer("aiortc-sendonly"))
        #expect(answer.media.map(\.bandwidth) == [nil, .kilobits(2_500)])
        #expect("\(answer)".contains("c=IN IP4 0.0.0.0\r\nb=TIAS:2500000\r\na=mid:1\r\n"))
        let plain = try AnswerPolicy.of(.whip).answer(try Fixture.offer("aiortc-sendonly")).answer
        #expect(!"\(plain)".contains("b="))
    }
}
