package import Units

/// What an offer and its answer come to, the same value on both ends.
///
/// `sending` and `receiving` are always the client's, on the server too: the offer is the client's. What begins with
/// `remote` is the other side's, whichever that is.
package struct NegotiatedSession: Hashable, Sendable {
    /// Sections in which something flows, in the order of their `m=` lines.
    package var sections: [NegotiatedSection]
    package var remoteCredentials: ICECredentials
    /// Never empty; one that fits is enough.
    package var remoteFingerprints: [Fingerprint]
    /// Whether the other side starts the DTLS handshake.
    package var remoteIsDTLSClient: Bool
    package var remoteIsICELite: Bool
    /// UDP only; may be empty.
    package var remoteCandidates: [ICECandidate]
    /// Whom our RTCP is from while we send nothing (RFC 3550 §6.4.2).
    package var feedbackSSRC: SSRC

    package init(
        sections: [NegotiatedSection], remoteCredentials: ICECredentials, remoteFingerprints: [Fingerprint],
        remoteIsDTLSClient: Bool, remoteIsICELite: Bool, remoteCandidates: [ICECandidate], feedbackSSRC: SSRC
    ) {
        self.sections = sections
        self.remoteCredentials = remoteCredentials
        self.remoteFingerprints = remoteFingerprints
        self.remoteIsDTLSClient = remoteIsDTLSClient
        self.remoteIsICELite = remoteIsICELite
        self.remoteCandidates = remoteCandidates
        self.feedbackSSRC = feedbackSSRC
    }
}

/// One section in which something flows.
package struct NegotiatedSection: Hashable, Sendable {
    /// 1 … 32 bytes.
    package var mid: String
    /// The place of its `m=` line, from 0.
    package var index: Int
    package var kind: MediaKind
    /// What the client sends to the server.
    package var sending: SendingSection?
    /// What the client receives: one slot.
    package var receiving: ReceivingSection?
    /// Whether RTCP packets may come alone instead of in compounds (RFC 5506).
    package var allowsReducedSizeRTCP: Bool

    package init(
        mid: String, index: Int, kind: MediaKind, sending: SendingSection? = nil,
        receiving: ReceivingSection? = nil, allowsReducedSizeRTCP: Bool
    ) {
        self.mid = mid
        self.index = index
        self.kind = kind
        self.sending = sending
        self.receiving = receiving
        self.allowsReducedSizeRTCP = allowsReducedSizeRTCP
    }
}

/// A codec and the payload types that carry it in one section.
package struct CodecMapping: Hashable, Sendable {
    package var codec: MediaCodec
    package var payloadType: UInt8
    /// Of the RTX stream (RFC 4588); `nil` where there is none.
    package var resendingPayloadType: UInt8?

    package init(codec: MediaCodec, payloadType: UInt8, resendingPayloadType: UInt8? = nil) {
        self.codec = codec
        self.payloadType = payloadType
        self.resendingPayloadType = resendingPayloadType
    }
}

/// What the receiver of a section may ask the sender for (RFC 4585, RFC 5104).
package struct FeedbackKinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let nack = FeedbackKinds(rawValue: 1)
    package static let pictureLoss = FeedbackKinds(rawValue: 2)
    package static let fullIntra = FeedbackKinds(rawValue: 4)
    package static let bitrateEstimate = FeedbackKinds(rawValue: 8)

    /// Each kind as its `rtcp-fb` line has it; the list that we allow.
    static let texts: [(text: String, kind: FeedbackKinds)] = [
        ("nack", .nack), ("nack pli", .pictureLoss), ("ccm fir", .fullIntra), ("goog-remb", .bitrateEstimate),
    ]

    /// The allowed kinds among the values of `rtcp-fb` lines.
    init(_ lines: [String]) {
        self = []
        for (text, kind) in Self.texts where lines.contains(text) { insert(kind) }
    }

    var lines: [String] { Self.texts.filter { contains($0.kind) }.map(\.text) }
}

/// What the client sends in a section.
package struct SendingSection: Hashable, Sendable {
    package enum Role: Hashable, Sendable {
        case microphone, camera, screen
    }

    package var role: Role
    package var codec: CodecMapping
    package var extensions: ExtensionIDs
    /// The names of the simulcast layers, in offered order; empty for a single layer.
    package var layers: [String]
    /// The streams, as far as the client announces them.
    ///
    /// None for Chromium's simulcast; at our own client one per layer, or one.
    package var sources: [AnnouncedSource]
    package var feedback: FeedbackKinds

    package init(
        role: Role, codec: CodecMapping, extensions: ExtensionIDs, layers: [String], sources: [AnnouncedSource],
        feedback: FeedbackKinds
    ) {
        self.role = role
        self.codec = codec
        self.extensions = extensions
        self.layers = layers
        self.sources = sources
        self.feedback = feedback
    }
}

/// What the client receives in a section: one slot.
package struct ReceivingSection: Hashable, Sendable {
    /// Within the kind, from 0; picture 0 is the main one.
    package var slot: Int
    /// In the order of preference; never empty.
    package var codecs: [CodecMapping]
    package var extensions: ExtensionIDs
    /// The server's SSRCs in this section.
    package var ssrc: SSRC
    package var resendingSSRC: SSRC?
    package var cname: String
    package var streamID: String
    package var feedback: FeedbackKinds

    package init(
        slot: Int, codecs: [CodecMapping], extensions: ExtensionIDs, ssrc: SSRC, resendingSSRC: SSRC? = nil,
        cname: String, streamID: String, feedback: FeedbackKinds
    ) {
        self.slot = slot
        self.codecs = codecs
        self.extensions = extensions
        self.ssrc = ssrc
        self.resendingSSRC = resendingSSRC
        self.cname = cname
        self.streamID = streamID
        self.feedback = feedback
    }
}
