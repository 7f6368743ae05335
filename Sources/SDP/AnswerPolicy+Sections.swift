import Units

// Writing the sections of an answer.
extension AnswerPolicy {
    func write(_ plan: PlannedSection, _ negotiated: NegotiatedSection?) -> MediaDescription {
        switch plan.outcome {
        case .rejected: return rejected(plan)
        case .inactive(let codec):
            var section = transport(plan, formats: [codec.payloadType], direction: .inactive)
            section.add(
                Codec(
                    payloadType: codec.payloadType, name: codec.name, clockRate: codec.clockRate,
                    channels: codec.channels))
            addCandidates(to: &section)
            return section
        case .active(_, _, let codecs):
            guard let negotiated else { return rejected(plan) }
            return active(plan, negotiated, codecs: codecs)
        }
    }

    private func rejected(_ plan: PlannedSection) -> MediaDescription {
        let offered = plan.offered
        var section = MediaDescription(
            media: offered.media, port: 0, transport: offered.transport, formats: offered.formats)
        section.connection = Self.nowhere
        if !plan.mid.isEmpty { section.add("mid", plan.mid) }
        section.add("inactive")
        return section
    }

    private func active(
        _ plan: PlannedSection, _ negotiated: NegotiatedSection, codecs: [OfferedCodec]
    ) -> MediaDescription {
        let direction = Direction(sends: negotiated.receiving != nil, receives: negotiated.sending != nil)
        var section = transport(plan, formats: codecs.flatMap(\.payloadTypes), direction: direction)
        if negotiated.kind == .video, negotiated.sending != nil { section.bandwidth = uplinkLimit }
        if negotiated.allowsReducedSizeRTCP { section.add("rtcp-rsize") }
        if plan.offered.has("extmap-allow-mixed") { section.add("extmap-allow-mixed") }
        let ids = (negotiated.sending?.extensions.all ?? []).union(negotiated.receiving?.extensions.all ?? [])
        for line in plan.offered.headerExtensions where ids.contains(line.id) {
            section.add("extmap", HeaderExtension(id: line.id, uri: line.uri, direction: line.direction?.mirrored).text)
        }
        for codec in codecs { codec.write(to: &section) }
        if let layers = negotiated.sending?.layers, !layers.isEmpty {
            for layer in layers { section.add("rid", "\(layer) recv") }
            section.add("simulcast", "recv " + layers.joined(separator: ";"))
        }
        if let receiving = negotiated.receiving { section.addStreams(of: receiving, kind: negotiated.kind) }
        addCandidates(to: &section)
        return section
    }

    /// A section that stays, with what its transport needs: written in each, for stacks that don't look at the
    /// tagged one only.
    private func transport(_ plan: PlannedSection, formats: [UInt8], direction: Direction) -> MediaDescription {
        var section = MediaDescription(
            media: plan.offered.media, port: 9, transport: plan.offered.transport, formats: formats.map { "\($0)" })
        section.connection = Self.nowhere
        section.add("mid", plan.mid)
        section.add("ice-ufrag", credentials.fragment)
        section.add("ice-pwd", credentials.password)
        section.add("ice-options", "trickle")
        section.add("setup", "passive")
        section.add(direction.rawValue)
        section.add("rtcp-mux")
        return section
    }

    /// In each section, not in the tagged one only (RFC 9143 §10 asks for no more): aiortc, which shares one
    /// transport among sections from its offer on, takes the candidates of the last of them.
    private func addCandidates(to section: inout MediaDescription) {
        for candidate in ICECandidate.hosts(candidates) { section.add("candidate", candidate.text) }
        section.add("end-of-candidates")
    }

    /// The address of a section whose candidates say where it is (RFC 9429 §5.2.1).
    static let nowhere = "IN IP4 0.0.0.0"
}

extension MediaDescription {
    /// Appends the lines of the streams of a slot, which stay for ever, whoever is on it.
    fileprivate mutating func addStreams(of slot: ReceivingSection, kind: MediaKind) {
        let msid = "\(slot.streamID) \(kind == .audio ? "audio" : "picture")\(slot.slot)"
        add("msid", msid)
        if let resending = slot.resendingSSRC { add("ssrc-group", "FID \(slot.ssrc) \(resending)") }
        for ssrc in [slot.ssrc, slot.resendingSSRC].compactMap({ $0 }) {
            add("ssrc", "\(ssrc) cname:\(slot.cname)")
            add("ssrc", "\(ssrc) msid:\(msid)")
        }
    }
}
