/// Why an offer gets no answer.
package enum AnswerRefusal: Error, Hashable, Sendable {
    case malformed(SDPError)
    /// Two sections of one name, or one whose name cannot be read.
    case badMid(section: Int)
    case noCommonCodec(mid: String, kind: MediaKind)
    case noBundle
    case noRTCPMux(mid: String)
    case setupPassive
    case badSetup(String)
    case iceLite
    case missingICE
    case missingFingerprint
    /// No section is left in which route and role let anything flow.
    case nothingAllowed

    /// The HTTP status of design §3: 400 for what cannot be read, 406 and 422 as RFC 9725 §4.2, §4.4.
    package var status: Int {
        switch self {
        case .malformed, .badMid, .badSetup, .missingICE, .missingFingerprint: 400
        case .noCommonCodec, .noBundle, .noRTCPMux, .nothingAllowed: 406
        case .setupPassive, .iceLite: 422
        }
    }

    /// For programs; never changes.
    package var code: String {
        switch self {
        case .malformed: "sdp-malformed"
        case .badMid: "sdp-bad-mid"
        case .noCommonCodec: "no-common-codec"
        case .noBundle: "no-bundle"
        case .noRTCPMux: "no-rtcp-mux"
        case .setupPassive: "setup-passive"
        case .badSetup: "sdp-bad-setup"
        case .iceLite: "ice-lite"
        case .missingICE: "missing-ice"
        case .missingFingerprint: "missing-fingerprint"
        case .nothingAllowed: "nothing-allowed"
        }
    }

    /// For people: what is wrong and what to do.
    package var text: String {
        switch self {
        case .malformed(let error): "The offer cannot be read: \(error)."
        case .badMid(let section): "Section \(section + 1) has no usable a=mid, or one that is taken."
        case .noCommonCodec(let mid, .video):
            "The video section \(mid) offers none of this room's codecs. Offer VP8, or H264 constrained baseline"
                + " (profile-level-id 42e01f, packetization-mode=1)."
        case .noCommonCodec(let mid, .audio): "The audio section \(mid) does not offer opus/48000/2. Offer it."
        case .noBundle: "All sections must be in one a=group:BUNDLE. Offer with the bundle policy max-bundle."
        case .noRTCPMux(let mid): "Section \(mid) does not offer a=rtcp-mux, which is needed."
        case .setupPassive: "The server is the passive side of DTLS. Offer a=setup:actpass or a=setup:active."
        case .badSetup(let value): "a=setup:\(value) is not a role. Offer a=setup:actpass."
        case .iceLite: "The server itself is ICE-lite, and one side must check. Offer without a=ice-lite."
        case .missingICE: "a=ice-ufrag (4 to 256 characters) and a=ice-pwd (22 to 256) are needed."
        case .missingFingerprint: "An a=fingerprint of sha-256, sha-384 or sha-512 is needed."
        case .nothingAllowed:
            "No section is left: this address or your role does not allow the directions offered."
                + " Encoders send to /whip, players receive from /whep."
        }
    }
}
