/// A session description: what one side offers or answers (RFC 8866).
///
/// Lines that WebRTC gives no meaning (`i=`, `u=`, `e=`, `p=`, `k=`, `r=`, `z=`) are read over and not kept.
package struct SessionDescription: Hashable, Sendable, AttributeCarrying {
    /// The user name, session id, version and address of the `o=` line, as one text.
    package var origin: String
    package var name = "-"
    package var attributes: [Attribute] = []
    /// In the order of their `m=` lines, which is the same in offer and answer (RFC 9429 §5.2.2).
    package var media: [MediaDescription] = []

    package init(origin: String) { self.origin = origin }

    /// The limits are ours: the largest offer seen, with every extension on and a data channel, has 7 KiB.
    package static let maximumSize = 256 * 1_024
    package static let maximumLineLength = 4_096
    package static let maximumLines = 16_384
    package static let maximumSections = 64
    package static let maximumAttributesPerSection = 1_024

    /// The mids of the BUNDLE group, in its order; `nil` where there is no such group (RFC 9143 §7).
    package var bundle: [String]? {
        for group in values(of: "group") {
            let words = group.words
            if words.first == "BUNDLE" { return words.dropFirst().map(String.init) }
        }
        return nil
    }

    /// Whether the writer answers checks only (RFC 8445 §2.5).
    package var isICELite: Bool { has("ice-lite") }

    /// The direction of the section at `index`: its own, the session's, or `sendrecv` (RFC 8866 §6.7).
    package func direction(of section: MediaDescription) -> Direction {
        section.ownDirection ?? ownDirection ?? .sendReceive
    }

    /// The ICE credentials of a section, written there or for the session (RFC 8839 §5.4).
    package func credentials(of section: MediaDescription) -> ICECredentials? {
        ICECredentials(
            fragment: section.value(of: "ice-ufrag") ?? value(of: "ice-ufrag"),
            password: section.value(of: "ice-pwd") ?? value(of: "ice-pwd"))
    }

    /// The certificate fingerprints of a section: its own or, where it has none, the session's (RFC 8122 §5).
    package func fingerprints(of section: MediaDescription) -> [Fingerprint] {
        let own = section.values(of: "fingerprint")
        let texts = own.isEmpty ? values(of: "fingerprint") : own
        return texts.prefix(Fingerprint.maximumCount).compactMap { Fingerprint($0) }
    }

    /// The DTLS role of a section, written there or for the session (RFC 8842 §5).
    package func setup(of section: MediaDescription) -> String? {
        section.value(of: "setup") ?? value(of: "setup")
    }
}

extension AttributeCarrying {
    /// The direction written here, if one is; the last one counts, as in browsers.
    package var ownDirection: Direction? {
        attributes.last { Direction(rawValue: $0.name) != nil && $0.value == nil }
            .flatMap { Direction(rawValue: $0.name) }
    }
}
