package import Units

/// What our own client wants to send and receive.
package struct OfferPlan: Sendable {
    package var sendsMicrophone: Bool
    /// What the camera is coded in; `nil` sends no picture.
    package var camera: VideoCodec?
    /// The names of the camera's simulcast layers; empty for a single one.
    package var layers: [String]
    package var audioSlots: Int
    package var pictureSlots: Int
    /// What can be received, in the order of preference.
    package var receivedCodecs: [VideoCodec] = [.vp8, .h264]
    package var credentials: ICECredentials
    package var fingerprint: Fingerprint
    package var candidates: [SocketAddress]

    package init(
        sendsMicrophone: Bool, camera: VideoCodec?, layers: [String] = [], audioSlots: Int, pictureSlots: Int,
        credentials: ICECredentials, fingerprint: Fingerprint, candidates: [SocketAddress] = []
    ) {
        self.sendsMicrophone = sendsMicrophone
        self.camera = camera
        self.layers = layers
        self.audioSlots = audioSlots
        self.pictureSlots = pictureSlots
        self.credentials = credentials
        self.fingerprint = fingerprint
        self.candidates = candidates
    }

    /// Our numbers, the same in every section, as one bundle wants (RFC 9143 §9.1).
    static let extensions = ExtensionIDs(mid: 4, streamID: 10, repairedStreamID: 11, audioLevel: 1)

    /// The payload types of `codec`, Chromium's own.
    static func mapping(of codec: MediaCodec) -> CodecMapping {
        switch codec {
        case .opus: CodecMapping(codec: codec, payloadType: 111)
        case .video(.vp8): CodecMapping(codec: codec, payloadType: 96, resendingPayloadType: 97)
        case .video(.h264): CodecMapping(codec: codec, payloadType: 108, resendingPayloadType: 109)
        }
    }

    /// Makes the offer: what is sent first, then the slots, sound before pictures (RFC 9429 §5.2).
    ///
    /// - Parameter random: Where SSRCs, the CNAME and the session's id come from.
    /// - Returns: The offer, with what is needed to read its answer.
    package func offer(random: inout some RandomNumberGenerator) -> ClientOffer {
        var identities = IdentityMaker()
        var offer = ClientOffer(
            description: SessionDescription(origin: IdentityMaker.origin(using: &random)),
            feedbackSSRC: identities.ssrc(using: &random))
        let cname = IdentityMaker.name(using: &random)
        if sendsMicrophone {
            let source = AnnouncedSource(ssrc: identities.ssrc(using: &random))
            append(to: &offer, codecs: [.opus], sending: (.microphone, [source]), cname: cname)
        }
        if let camera {
            let sources = (0..<max(1, layers.count)).map { _ in
                AnnouncedSource(
                    ssrc: identities.ssrc(using: &random), resending: identities.ssrc(using: &random))
            }
            append(to: &offer, codecs: [.video(camera)], sending: (.camera, sources), cname: cname)
        }
        for _ in 0..<max(0, audioSlots) { append(to: &offer, codecs: [.opus], sending: nil, cname: cname) }
        for _ in 0..<max(0, pictureSlots) {
            append(to: &offer, codecs: receivedCodecs.map { .video($0) }, sending: nil, cname: cname)
        }
        let mids = offer.description.media.compactMap(\.mid)
        offer.description.add("group", "BUNDLE " + mids.joined(separator: " "))
        offer.description.add("extmap-allow-mixed")
        offer.description.add("msid-semantic", "WMS *")
        offer.description.add("fingerprint", fingerprint.description)
        return offer
    }

    private func append(
        to offer: inout ClientOffer, codecs: [MediaCodec],
        sending: (role: SendingSection.Role, sources: [AnnouncedSource])?, cname: String
    ) {
        guard let kind = codecs.first?.kind else { return }
        let mappings = codecs.map(Self.mapping)
        var section = transport(
            kind: kind, index: offer.description.media.count, direction: sending == nil ? .receiveOnly : .sendOnly)
        section.formats = mappings.flatMap { mapping in
            [mapping.payloadType, mapping.resendingPayloadType].compactMap { $0.map { "\($0)" } }
        }
        let isSimulcast = sending?.role == .camera && !layers.isEmpty
        section.addExtensions(kind: kind, layers: isSimulcast)
        for mapping in mappings { mapping.offered.write(to: &section) }
        if let sending {
            section.add("msid", "\(cname) \(sending.role)")
            if isSimulcast {
                for layer in layers { section.add("rid", "\(layer) send") }
                section.add("simulcast", "send " + layers.joined(separator: ";"))
            } else {
                section.add(sending.sources, cname: cname)
            }
        }
        if offer.description.media.isEmpty {
            for candidate in ICECandidate.hosts(candidates) { section.add("candidate", candidate.text) }
        }
        offer.description.media.append(section)
        offer.sections.append(
            .init(role: sending?.role, sources: sending?.sources ?? [], layers: isSimulcast ? layers : []))
    }

    private func transport(kind: MediaKind, index: Int, direction: Direction) -> MediaDescription {
        var section = MediaDescription(media: kind.rawValue, port: 9, transport: "UDP/TLS/RTP/SAVPF", formats: [])
        section.connection = AnswerPolicy.nowhere
        section.add("mid", "\(index)")
        section.add("ice-ufrag", credentials.fragment)
        section.add("ice-pwd", credentials.password)
        section.add("ice-options", "trickle ice2")
        section.add("setup", "actpass")
        section.add(direction.rawValue)
        section.add("rtcp-mux")
        section.add("rtcp-rsize")
        return section
    }
}

extension CodecMapping {
    /// The mapping as an offer of ours writes it.
    fileprivate var offered: OfferedCodec {
        let name =
            switch codec {
            case .opus: "opus"
            case .video(let codec): codec.rawValue
            }
        var media = Codec(
            payloadType: payloadType, name: name, clockRate: codec.clockRate, channels: codec == .opus ? 2 : 1)
        media.feedback = codec.kind == .video ? FeedbackKinds.texts.map(\.text) : []
        if codec == .video(.h264) {
            media.parameters = [
                "level-asymmetry-allowed": "1", "packetization-mode": "1", "profile-level-id": "42e01f",
            ]
        }
        let resending = resendingPayloadType.map { Codec(payloadType: $0, name: "rtx", clockRate: 90_000) }
        return OfferedCodec(codec: codec, media: media, resending: resending)
    }
}

extension MediaDescription {
    fileprivate mutating func addExtensions(kind: MediaKind, layers: Bool) {
        let ids = OfferPlan.extensions
        var lines: [(UInt8?, String)] = [(ids.mid, HeaderExtension.mid)]
        if kind == .audio { lines.append((ids.audioLevel, HeaderExtension.audioLevel)) }
        if layers {
            lines.append((ids.streamID, HeaderExtension.streamID))
            lines.append((ids.repairedStreamID, HeaderExtension.repairedStreamID))
        }
        for (id, uri) in lines {
            if let id { add("extmap", HeaderExtension(id: id, uri: uri).text) }
        }
    }

    fileprivate mutating func add(_ sources: [AnnouncedSource], cname: String) {
        for source in sources {
            if let resending = source.resending { add("ssrc-group", "FID \(source.ssrc) \(resending)") }
            for ssrc in [source.ssrc, source.resending].compactMap({ $0 }) { add("ssrc", "\(ssrc) cname:\(cname)") }
        }
    }
}
