/// What travels in a PATCH of a media resource: `application/trickle-ice-sdpfrag` (RFC 8840 §9, RFC 9725 §4.3).
package struct ICEFragment: Hashable, Sendable {
    /// Of the generation that the candidates belong to; new ones ask for, or answer, an ICE restart.
    package var credentials: ICECredentials
    /// UDP only; at most 64.
    package var candidates: [ICECandidate]
    package var endsCandidates: Bool
    /// Of the section that the candidates stand in; the bundle has but one transport.
    package var mid: String?

    package init(
        credentials: ICECredentials, candidates: [ICECandidate], endsCandidates: Bool, mid: String? = nil
    ) {
        self.credentials = credentials
        self.candidates = candidates
        self.endsCandidates = endsCandidates
        self.mid = mid
    }

    /// Reads a fragment, in which attributes may stand before any section or in one; only the first section with
    /// anything of ICE in it counts.
    ///
    /// - Throws: ``SDPError``; also where the credentials are missing, which RFC 9725 §4.3.1 and §4.3.3 ask for.
    package init(parsing bytes: some Collection<UInt8>) throws(SDPError) {
        let text = try SessionDescription.read(bytes, requiresVersion: false)
        let section = text.media.first { $0.has("candidate") || $0.has("ice-ufrag") || $0.has("end-of-candidates") }
        let credentials = ICECredentials(
            fragment: text.value(of: "ice-ufrag") ?? section?.value(of: "ice-ufrag"),
            password: text.value(of: "ice-pwd") ?? section?.value(of: "ice-pwd"))
        guard let credentials else { throw SDPError(.badAttribute("ice-ufrag"), line: 0) }
        self.credentials = credentials
        candidates = Array((text.candidates + (section?.candidates ?? [])).prefix(ICECandidate.maximumCount))
        endsCandidates = text.has("end-of-candidates") || section?.has("end-of-candidates") == true
        mid = (section ?? text.media.first)?.mid
    }

    package init(parsing text: String) throws(SDPError) { try self.init(parsing: text.utf8) }
}

extension ICEFragment: CustomStringConvertible {
    /// The text, lines ended by CR LF.
    package var description: String {
        var section = MediaDescription(media: "audio", port: 9, transport: "UDP/TLS/RTP/SAVPF", formats: ["0"])
        section.add("mid", mid ?? "0")
        for candidate in candidates { section.add("candidate", candidate.text) }
        if endsCandidates { section.add("end-of-candidates") }
        let head = [Attribute("ice-ufrag", credentials.fragment), Attribute("ice-pwd", credentials.password)]
        return (head.map(\.line) + section.lines).map { $0 + "\r\n" }.joined()
    }
}
