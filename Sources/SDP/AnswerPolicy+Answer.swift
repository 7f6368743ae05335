import Units

extension AnswerPolicy {
    /// Answers a client's offer (RFC 9429 §5.3), as design §3 says.
    ///
    /// - Parameters:
    ///   - offer: Untrusted. Its sections are answered one for one, in order.
    ///   - random: Where SSRCs, CNAMEs and the session's id come from.
    /// - Returns: The answer to send back, and what it means for the media.
    /// - Throws: The one reason why there is no answer.
    package func answer(
        to offer: SessionDescription, random: inout some RandomNumberGenerator
    ) throws(AnswerRefusal) -> (answer: SessionDescription, negotiated: NegotiatedSession) {
        guard !offer.isICELite else { throw .iceLite }
        guard let group = offer.bundle, !group.isEmpty else { throw .noBundle }
        var planner = SectionPlanner(offer: offer, policy: self, bundle: group)
        let plans = try planner.plan()
        let bundle = bundled(plans, in: group)
        guard let tag = bundle.first, !isStrict || plans.contains(where: \.isActive) else {
            throw planner.firstProblem ?? .nothingAllowed
        }

        var identities = IdentityMaker(avoiding: offer)
        var negotiated = try session(of: offer, tag: tag.offered, ssrc: identities.ssrc(using: &random))
        let common = IdentityMaker.name(using: &random)
        negotiated.sections = plans.compactMap { plan in
            plan.negotiate(common: common, identities: &identities, random: &random)
        }
        var answer = opening(for: offer, bundle: bundle.map(\.mid), origin: IdentityMaker.origin(using: &random))
        answer.media = plans.map { plan in
            let section = negotiated.sections.first { $0.index == plan.index }
            return write(plan, section)
        }
        return (answer, negotiated)
    }

    /// The sections that stay, in the order of the offer's group: the first one's transport serves all of them
    /// (RFC 9143 §7.3).
    private func bundled(_ plans: [PlannedSection], in group: [String]) -> [PlannedSection] {
        var byMid: [String: PlannedSection] = [:]
        for plan in plans where !plan.isRejected { byMid[plan.mid] = plan }
        return group.compactMap { byMid.removeValue(forKey: $0) }
    }

    private func session(
        of offer: SessionDescription, tag: MediaDescription, ssrc: SSRC
    ) throws(AnswerRefusal) -> NegotiatedSession {
        // Without the attribute the offerer is active (RFC 4145 §4).
        switch offer.setup(of: tag) {
        case nil, "actpass", "active": break
        case "passive": throw .setupPassive
        case let other?: throw .badSetup(String(other.prefix(16)))
        }
        guard let credentials = offer.credentials(of: tag) else { throw .missingICE }
        let fingerprints = offer.fingerprints(of: tag)
        guard !fingerprints.isEmpty else { throw .missingFingerprint }
        return NegotiatedSession(
            sections: [], remoteCredentials: credentials, remoteFingerprints: fingerprints,
            remoteIsDTLSClient: true, remoteIsICELite: false, remoteCandidates: tag.candidates, feedbackSSRC: ssrc)
    }

    private func opening(for offer: SessionDescription, bundle: [String], origin: String) -> SessionDescription {
        var answer = SessionDescription(origin: origin)
        answer.add("group", "BUNDLE " + bundle.joined(separator: " "))
        if offer.has("extmap-allow-mixed") { answer.add("extmap-allow-mixed") }
        answer.add("msid-semantic", "WMS *")
        answer.add("ice-lite")
        answer.add("fingerprint", fingerprint.description)
        // For the session too: aiortc wants them even for a section with port 0.
        answer.add("ice-ufrag", credentials.fragment)
        answer.add("ice-pwd", credentials.password)
        answer.add("setup", "passive")
        return answer
    }
}

extension PlannedSection {
    var isRejected: Bool { if case .rejected = outcome { true } else { false } }
    var isActive: Bool { if case .active = outcome { true } else { false } }

    /// What flows in the section; `nil` where nothing does.
    fileprivate func negotiate(
        common: String, identities: inout IdentityMaker, random: inout some RandomNumberGenerator
    ) -> NegotiatedSection? {
        guard case .active(let role, let slot, let codecs) = outcome, let first = codecs.first,
            let kind = offered.kind
        else { return nil }
        var section = NegotiatedSection(
            mid: mid, index: index, kind: kind, allowsReducedSizeRTCP: offered.has("rtcp-rsize"))
        if let role {
            section.sending = SendingSection(
                role: role, codec: first.mapping, extensions: offered.extensionIDs(\.sends), layers: layers(first),
                sources: offered.announcedSources, feedback: first.feedback)
        }
        if let slot {
            let name = slot == 0 ? common : IdentityMaker.name(using: &random)
            let ssrc = identities.ssrc(using: &random)
            let resends = codecs.contains { $0.resending != nil }
            section.receiving = ReceivingSection(
                slot: slot, codecs: codecs.map(\.mapping), extensions: offered.extensionIDs(\.receives).ofSlot,
                ssrc: ssrc, resendingSSRC: resends ? identities.ssrc(using: &random) : nil, cname: name,
                streamID: name, feedback: first.feedback)
        }
        return section
    }

    /// The layers that we take: without the extension that names them they could not be told apart.
    private func layers(_ codec: OfferedCodec) -> [String] {
        guard offered.extensionIDs(\.sends).streamID != nil else { return [] }
        return offered.simulcastSend
            .filter { $0.payloadTypes.isEmpty || $0.payloadTypes.contains(codec.media.payloadType) }
            .prefix(AnswerPolicy.maximumLayers).map(\.id)
    }
}
