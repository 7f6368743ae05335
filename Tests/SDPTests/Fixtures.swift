import Foundation
import SDP
import Testing
import Units

/// The offers of real clients.
enum Fixture {
    static let names = [
        "aiortc-recvonly", "aiortc-sendonly", "chromium-recvonly", "chromium-sendonly-extensions-all-on",
        "chromium-sendonly-simulcast", "chromium-sendonly-simulcast-h264", "chromium-sendonly-simulcast-vp8",
        "chromium-sendonly-svc-av1-L3T3", "chromium-sendonly-svc-vp9-L3T3", "chromium-sendrecv-datachannel",
        "firefox-recvonly", "firefox-sendonly-simulcast", "firefox-sendonly-simulcast-vp8",
        "firefox-sendonly-svc-av1-L3T3", "firefox-sendonly-svc-vp9-L3T3", "firefox-sendrecv-datachannel",
    ]

    /// Offers of nothing that the bridge relays as a picture.
    static let withoutCommonVideo: Set<String> = [
        "chromium-sendonly-svc-av1-L3T3", "chromium-sendonly-svc-vp9-L3T3", "firefox-sendonly-svc-av1-L3T3",
        "firefox-sendonly-svc-vp9-L3T3",
    ]

    static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: "\(name).sdp"), encoding: .utf8)
    }

    static func offer(_ name: String) throws -> SessionDescription {
        try SessionDescription(parsing: try text(name))
    }
}

/// A generator that anybody can run again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}

enum Route: CaseIterable {
    case whip, whep, media
}

extension AnswerPolicy {
    /// The policy of a room with 3 audio and 4 picture slots.
    static func of(
        _ route: Route, codecs: [VideoCodec] = [.vp8, .h264], pictures: Int = 4, sounds: Int = 3
    ) throws -> AnswerPolicy {
        AnswerPolicy(
            videoCodecs: codecs, allowsSending: route != .whep, allowsReceiving: route != .whip,
            isStrict: route != .media, pictureSlots: pictures, audioSlots: sounds,
            credentials: try #require(
                ICECredentials(fragment: "serverfrag", password: "serverpasswordserverpassword")),
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 0xAB, count: 32)),
            candidates: [try #require(SocketAddress("127.0.0.1:8443")), try #require(SocketAddress("[::1]:8443"))])
    }

    func answer(_ offer: SessionDescription, seed: UInt64 = 1) throws -> (
        answer: SessionDescription, negotiated: NegotiatedSession
    ) {
        var random = SplitMix64(state: seed)
        return try answer(to: offer, random: &random)
    }

    /// The refusal of `offer`; `nil` when it is answered.
    func refusal(of offer: SessionDescription) -> AnswerRefusal? {
        var random = SplitMix64(state: 1)
        do throws(AnswerRefusal) {
            _ = try answer(to: offer, random: &random)
            return nil
        } catch {
            return error
        }
    }
}

extension SessionDescription {
    /// This offer with a change in its text.
    func replacing(_ old: String, with new: String) throws -> SessionDescription {
        let text = "\(self)"
        try #require(text.contains(old), "the fixture has no \(old)")
        return try SessionDescription(parsing: text.replacingOccurrences(of: old, with: new))
    }
}
