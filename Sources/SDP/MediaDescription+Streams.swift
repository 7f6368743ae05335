package import Units

/// A stream that a sender announces: its SSRC, and that of its RTX stream (RFC 5576 §4.1, RFC 4588 §8.3).
package struct AnnouncedSource: Hashable, Sendable {
    package var ssrc: SSRC
    package var resending: SSRC?

    package init(ssrc: SSRC, resending: SSRC? = nil) {
        self.ssrc = ssrc
        self.resending = resending
    }
}

extension MediaDescription {
    /// The header extensions of the section, in order (RFC 8285 §5); a second line with the same number is none.
    package var headerExtensions: [HeaderExtension] {
        var seen: Set<UInt8> = []
        return values(of: "extmap").compactMap { HeaderExtension($0) }.filter { seen.insert($0.id).inserted }
    }

    /// The streams of the section in order of their SSRCs, RTX ones with what they resend; at most 32.
    ///
    /// SSRC 0, which Chromium once wrote for streams not yet made, is none.
    package var announcedSources: [AnnouncedSource] {
        var order: [SSRC] = []
        var seen: Set<SSRC> = []
        var resending: [SSRC: SSRC] = [:]
        var secondary: Set<SSRC> = []
        for attribute in attributes {
            guard let words = attribute.value?.words else { continue }
            if attribute.name == "ssrc", let ssrc = SSRC(words.first), seen.insert(ssrc).inserted {
                order.append(ssrc)
            } else if attribute.name == "ssrc-group", words.count == 3, let second = SSRC(words[2]) {
                secondary.insert(second)
                if words[0] == "FID", let first = SSRC(words[1]) { resending[first] = second }
            }
        }
        return order.lazy.filter { !secondary.contains($0) }.prefix(Self.maximumSources)
            .map { AnnouncedSource(ssrc: $0, resending: resending[$0]) }
    }

    private static let maximumSources = 32

    /// Every SSRC that the section names in any line.
    var namedSSRCs: [SSRC] {
        values(of: "ssrc").compactMap { SSRC($0.words.first) }
            + values(of: "ssrc-group").flatMap { $0.words.dropFirst().compactMap { SSRC($0) } }
    }

    /// The attribute `name` of one SSRC: `a=ssrc:SSRC NAME:value`.
    package func value(of name: String, for ssrc: SSRC) -> String? {
        for value in values(of: "ssrc") {
            let (head, tail) = value.cut(at: " ")
            guard let tail, SSRC(head) == ssrc else { continue }
            let (key, text) = tail.cut(at: ":")
            if key == name { return text.map(String.init) }
        }
        return nil
    }

    /// The ids of stream and track of the first `msid` line (RFC 8830 §2); the track's may be missing.
    package var msid: (stream: String, track: String?)? {
        guard let words = value(of: "msid")?.words, let stream = words.first else { return nil }
        return (String(stream), words.count > 1 ? String(words[1]) : nil)
    }

    /// The layers that the writer wants to send, in its order: the first alternative of each, `~` (paused) taken off
    /// (RFC 8853 §5.1), so far as a `rid` line describes it (RFC 8851 §4).
    package var simulcastSend: [RestrictedStream] { simulcast("send") }
    package var simulcastReceive: [RestrictedStream] { simulcast("recv") }

    private func simulcast(_ direction: String) -> [RestrictedStream] {
        guard let words = value(of: "simulcast")?.words, let index = words.firstIndex(where: { $0 == direction }),
            index + 1 < words.count
        else { return [] }
        let described = values(of: "rid").compactMap { RestrictedStream($0) }.filter { $0.direction == direction }
        var seen: Set<Substring> = []
        return words[index + 1].split(on: ";").prefix(RestrictedStream.maximumCount).compactMap { alternatives in
            guard var id = alternatives.split(on: ",").first else { return nil }
            if id.hasPrefix("~") { id = id.dropFirst() }
            guard seen.insert(id).inserted else { return nil }
            return described.first { $0.id == id }
        }
    }
}

/// One `rid` line: a layer's name, and the payload types that it is limited to (RFC 8851 §4).
package struct RestrictedStream: Hashable, Sendable {
    package var id: String
    /// `send` or `recv`.
    package var direction: String
    /// Empty: all of the section.
    package var payloadTypes: [UInt8] = []

    init?(_ value: String) {
        let words = value.words
        guard words.count >= 2, (1...16).contains(words[0].utf8.count), words[0].isICEText else { return nil }
        id = String(words[0])
        direction = String(words[1])
        guard words.count > 2 else { return }
        for restriction in words[2].split(on: ";") where restriction.hasPrefix("pt=") {
            payloadTypes = restriction.dropFirst(3).split(on: ",").compactMap { UInt8(decimal: $0.utf8) }
        }
    }

    /// Ours; browsers send three.
    static let maximumCount = 8
}

extension SSRC {
    /// Reads decimal digits; 0 is none.
    init?(_ text: Substring?) {
        guard let text, let number = UInt32(decimal: text.utf8), number != 0 else { return nil }
        self.init(rawValue: number)
    }
}
