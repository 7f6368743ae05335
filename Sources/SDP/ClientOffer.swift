import Units

/// An offer of our own client, and what it must remember until the answer comes.
package struct ClientOffer: Sendable {
    /// What is sent to the server.
    package var description: SessionDescription
    let feedbackSSRC: SSRC
    /// One for each section of the offer.
    var sections: [Section] = []

    struct Section: Sendable {
        /// `nil`: a slot.
        var role: SendingSection.Role?
        var sources: [AnnouncedSource]
        var layers: [String]
    }

    /// Reads the server's answer (RFC 9429 §5.11).
    ///
    /// - Returns: What the server calls ``NegotiatedSession`` too, with its credentials, fingerprints and candidates as
    ///   the remote ones. Sections that the server rejected or set inactive are missing from it.
    package func read(answer: SessionDescription) throws(AnswerProblem) -> NegotiatedSession {
        guard answer.media.count == description.media.count else {
            throw .sectionCount(answer.media.count, expected: description.media.count)
        }
        guard let bundle = answer.bundle,
            let tag = bundle.first.flatMap({ mid in answer.media.first { $0.mid == mid && $0.port != 0 } })
        else { throw .noBundle }
        var session = try transport(of: answer, tag: tag)
        var slots: [MediaKind: Int] = [:]
        for (index, section) in answer.media.enumerated() {
            let offered = description.media[index]
            guard section.media == offered.media, section.mid == offered.mid || section.port == 0 else {
                throw .otherSection(index)
            }
            guard let kind = offered.kind, let mid = offered.mid else { continue }
            // Counted as offered: the server gives places in that order, whatever it rejects.
            let slot = slots[kind, default: 0]
            if sections[index].role == nil { slots[kind] = slot + 1 }
            let direction = answer.direction(of: section)
            guard section.port != 0, direction != .inactive, bundle.contains(mid) else { continue }
            session.sections.append(
                try read(section, at: index, mid: mid, kind: kind, direction: direction, slot: slot))
        }
        return session
    }

    private func transport(
        of answer: SessionDescription, tag: MediaDescription
    ) throws(AnswerProblem) -> NegotiatedSession {
        guard let credentials = answer.credentials(of: tag) else { throw .missingICE }
        let fingerprints = answer.fingerprints(of: tag)
        guard !fingerprints.isEmpty else { throw .missingFingerprint }
        let setup = answer.setup(of: tag)
        guard setup == "passive" || setup == "active" else { throw .badSetup }
        return NegotiatedSession(
            sections: [], remoteCredentials: credentials, remoteFingerprints: fingerprints,
            remoteIsDTLSClient: setup == "active", remoteIsICELite: answer.isICELite,
            remoteCandidates: tag.candidates, feedbackSSRC: feedbackSSRC)
    }

    private func read(
        _ section: MediaDescription, at index: Int, mid: String, kind: MediaKind, direction: Direction, slot: Int
    ) throws(AnswerProblem) -> NegotiatedSection {
        let plan = sections[index]
        let offered = description.media[index]
        let codecs = section.codecs.filter { codec in offered.formats.contains("\(codec.payloadType)") }
        let wanted: [MediaCodec] = kind == .audio ? [.opus] : VideoCodec.allCases.map { .video($0) }
        let common = wanted.compactMap { section.offered($0, among: codecs) }
            .sorted { codecs.rank(of: $0) < codecs.rank(of: $1) }
        guard let first = common.first, section.hasRTCPMux else { throw .unusableSection(mid: mid) }
        var result = NegotiatedSection(
            mid: mid, index: index, kind: kind, allowsReducedSizeRTCP: section.has("rtcp-rsize"))
        if let role = plan.role {
            guard direction == .receiveOnly else { throw .unusableSection(mid: mid) }
            let taken = Set(section.simulcastReceive.map(\.id))
            result.sending = SendingSection(
                role: role, codec: first.mapping, extensions: section.extensionIDs(\.receives),
                layers: plan.layers.filter(taken.contains), sources: plan.sources(taken: taken),
                feedback: first.feedback)
        } else {
            guard direction == .sendOnly, let source = section.announcedSources.first else {
                throw .unusableSection(mid: mid)
            }
            let cname = section.value(of: "cname", for: source.ssrc) ?? ""
            result.receiving = ReceivingSection(
                slot: slot, codecs: common.map(\.mapping), extensions: section.extensionIDs(\.sends).ofSlot,
                ssrc: source.ssrc, resendingSSRC: source.resending, cname: cname,
                streamID: section.msid?.stream ?? cname, feedback: first.feedback)
        }
        return result
    }
}

extension ClientOffer.Section {
    /// The streams that go with the accepted layers; just the first one where the server takes no simulcast.
    fileprivate func sources(taken: Set<String>) -> [AnnouncedSource] {
        guard !layers.isEmpty else { return sources }
        let accepted = zip(layers, sources).filter { taken.contains($0.0) }.map(\.1)
        return accepted.isEmpty ? Array(sources.prefix(1)) : accepted
    }
}

extension [Codec] {
    fileprivate func rank(of codec: OfferedCodec) -> Int {
        firstIndex { $0.payloadType == codec.media.payloadType } ?? count
    }
}

/// Why the server's answer is of no use.
package enum AnswerProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case sectionCount(Int, expected: Int)
    case otherSection(Int)
    case noBundle
    case missingICE
    case missingFingerprint
    case badSetup
    case unusableSection(mid: String)

    package var description: String {
        switch self {
        case .sectionCount(let count, let expected): "the answer has \(count) sections; \(expected) were offered"
        case .otherSection(let index): "section \(index + 1) of the answer is not the one that was offered"
        case .noBundle: "the answer has no usable BUNDLE group"
        case .missingICE: "the answer has no ICE user name and password"
        case .missingFingerprint: "the answer has no usable certificate fingerprint"
        case .badSetup: "the answer does not say who begins the DTLS handshake"
        case .unusableSection(let mid): "section \(mid) of the answer does not fit what was offered"
        }
    }
}
