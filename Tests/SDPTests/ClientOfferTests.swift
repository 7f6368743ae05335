import SDP
import Testing
import Units

@Suite("ClientOffer")
struct ClientOfferTests {
    static func plan(
        camera: VideoCodec? = .vp8, microphone: Bool = true, layers: [String] = [], sounds: Int = 3, pictures: Int = 3
    ) throws -> OfferPlan {
        OfferPlan(
            sendsMicrophone: microphone, camera: camera, layers: layers, audioSlots: sounds, pictureSlots: pictures,
            credentials: try #require(ICECredentials(fragment: "clientfrag", password: "clientpasswordclientpassword")),
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 0xCD, count: 32)),
            candidates: [try #require(SocketAddress("192.0.2.7:5000"))])
    }

    /// Offer, over the wire, answer, over the wire, reading.
    static func exchange(
        _ plan: OfferPlan, _ policy: AnswerPolicy, seed: UInt64 = 7
    ) throws -> (server: NegotiatedSession, client: NegotiatedSession) {
        var random = SplitMix64(state: seed)
        let offer = plan.offer(random: &random)
        let received = try SessionDescription(parsing: "\(offer.description)")
        #expect(received == offer.description)
        let (answer, server) = try policy.answer(received, seed: seed &+ 1)
        return (server, try offer.read(answer: try SessionDescription(parsing: "\(answer)")))
    }

    @Test(
        "server and client come to the same sections", arguments: [VideoCodec?.none, .vp8, .h264],
        1...5 as ClosedRange<UInt64>)
    func agree(camera: VideoCodec?, seed: UInt64) throws {
        let plan = try Self.plan(camera: camera)
        let (server, client) = try Self.exchange(plan, try AnswerPolicy.of(.media), seed: seed)
        #expect(client.sections == server.sections)
        #expect(client.sections.count == (camera == nil ? 7 : 8))
        #expect(
            client.sections.compactMap(\.sending?.role) == (camera == nil ? [.microphone] : [.microphone, .camera]))
        #expect(client.sections.compactMap(\.receiving?.slot) == [0, 1, 2, 0, 1, 2])
        #expect(server.remoteCredentials == plan.credentials && server.remoteFingerprints == [plan.fingerprint])
        #expect(server.remoteCandidates.map(\.address) == plan.candidates)
        #expect(server.remoteIsDTLSClient && !client.remoteIsDTLSClient)
        #expect(client.remoteCredentials.fragment == "serverfrag" && client.remoteIsICELite)
        #expect(client.remoteCandidates.map(\.address.description) == ["127.0.0.1:8443", "[::1]:8443"])
        let video = try #require(client.sections.last?.receiving)
        #expect(video.codecs.map(\.codec) == [.video(.vp8), .video(.h264)])
        #expect(video.feedback == [.nack, .pictureLoss, .fullIntra, .bitrateEstimate])
    }

    @Test("the room's order of codecs reaches the client")
    func order() throws {
        let (server, client) = try Self.exchange(
            try Self.plan(), try AnswerPolicy.of(.media, codecs: [.h264, .vp8]))
        #expect(client.sections == server.sections)
        #expect(client.sections.last?.receiving?.codecs.first?.codec == .video(.h264))
        #expect(client.sections[1].sending?.codec.codec == .video(.vp8), "it offers to send that one only")
    }

    @Test("layers: one stream each, agreed by name; the SSRCs are learnt from the packets")
    func layers() throws {
        let (server, client) = try Self.exchange(try Self.plan(layers: ["l", "h"]), try AnswerPolicy.of(.whip))
        let (ours, theirs) = (try #require(client.sections.last?.sending), try #require(server.sections.last?.sending))
        #expect(theirs.layers == ["l", "h"] && ours.layers == ["l", "h"])
        #expect(theirs.sources.isEmpty)
        #expect(ours.sources.count == 2)
        #expect(Set(ours.sources.flatMap { [$0.ssrc, $0.resending] }).count == 4)
        #expect(ours.extensions == ExtensionIDs(mid: 4, streamID: 10, repairedStreamID: 11))
        #expect(ours.extensions == theirs.extensions)
    }

    @Test("slots that the server refuses are missing, and the others keep their places")
    func fewerSlots() throws {
        let (server, client) = try Self.exchange(
            try Self.plan(), try AnswerPolicy.of(.media, pictures: 1, sounds: 2))
        #expect(client.sections == server.sections)
        #expect(client.sections.compactMap(\.receiving?.slot) == [0, 1, 0])
    }

    @Test("an answer that does not fit is refused")
    func problems() throws {
        var random = SplitMix64(state: 1)
        let offer = try Self.plan().offer(random: &random)
        let good = try AnswerPolicy.of(.media).answer(offer.description).answer
        func problem(_ change: (inout SessionDescription) throws -> Void) throws -> AnswerProblem? {
            var answer = good
            try change(&answer)
            do throws(AnswerProblem) {
                _ = try offer.read(answer: answer)
                return nil
            } catch {
                return error
            }
        }
        #expect(try problem { _ in } == nil)
        #expect(try problem { $0.media.removeLast() } == .sectionCount(7, expected: 8))
        #expect(try problem { $0.media.swapAt(0, 1) } == .otherSection(0))
        #expect(try problem { $0 = try $0.replacing("a=group:BUNDLE", with: "a=group:LS") } == .noBundle)
        #expect(try problem { $0 = try $0.replacing("a=ice-pwd:", with: "a=x:") } == .missingICE)
        #expect(try problem { $0 = try $0.replacing("sha-256", with: "sha-0") } == .missingFingerprint)
        #expect(try problem { $0 = try $0.replacing("setup:passive", with: "setup:actpass") } == .badSetup)
        #expect(try problem { $0 = try $0.replacing(" 111\r\n", with: " 99\r\n") } == .unusableSection(mid: "0"))
        #expect(try problem { $0 = try $0.replacing("a=ssrc:", with: "a=x:") } == .unusableSection(mid: "2"))
    }

    @Test("an answer cut off anywhere is read or refused")
    func truncation() throws {
        var random = SplitMix64(state: 1)
        let offer = try Self.plan().offer(random: &random)
        let bytes = Array("\(try AnswerPolicy.of(.media).answer(offer.description).answer)".utf8)
        var readings = 0
        for length in stride(from: 0, through: bytes.count, by: 3) {
            guard let answer = try? SessionDescription(parsing: bytes[..<length]) else { continue }
            if (try? offer.read(answer: answer)) != nil { readings += 1 }
        }
        #expect(readings < bytes.count / 3)
    }
}
