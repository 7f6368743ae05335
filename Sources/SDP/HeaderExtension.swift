/// One `extmap` line: the number under which a header extension travels (RFC 8285 §5).
package struct HeaderExtension: Hashable, Sendable {
    /// 1 … 14, or 16 … 255, which only two-byte headers can carry.
    package var id: UInt8
    package var uri: String
    /// Where the line limits it (`extmap:2/recvonly`).
    package var direction: Direction?

    package init(id: UInt8, uri: String, direction: Direction? = nil) {
        self.id = id
        self.uri = uri
        self.direction = direction
    }

    /// Reads `ID[/DIRECTION] URI …`.
    package init?(_ value: String) {
        let words = value.words
        guard words.count >= 2, let head = words.first else { return nil }
        let parts = head.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        guard let number = parts.first.flatMap({ UInt8(decimal: $0) }), number != 0, number != 15 else { return nil }
        id = number
        uri = String(words[1])
        guard parts.count == 2 else { return }
        guard let written = Direction(rawValue: String(Substring(parts[1]))) else { return nil }
        direction = written
    }

    /// The value of the line.
    package var text: String {
        direction.map { "\(id)/\($0.rawValue) \(uri)" } ?? "\(id) \(uri)"
    }

    /// RFC 9143 §15.
    package static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    /// RFC 8852 §4.
    package static let streamID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    package static let repairedStreamID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    /// RFC 6464 §4.
    package static let audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
}

/// The numbers of the extensions that both sides speak in one section.
package struct ExtensionIDs: Hashable, Sendable {
    package var mid: UInt8?
    package var streamID: UInt8?
    package var repairedStreamID: UInt8?
    package var audioLevel: UInt8?

    package init(
        mid: UInt8? = nil, streamID: UInt8? = nil, repairedStreamID: UInt8? = nil, audioLevel: UInt8? = nil
    ) {
        self.mid = mid
        self.streamID = streamID
        self.repairedStreamID = repairedStreamID
        self.audioLevel = audioLevel
    }

    /// The highest number; above 14 the header needs the two-byte form (RFC 8285 §4.3).
    package var highest: UInt8 { [mid, streamID, repairedStreamID, audioLevel].compactMap { $0 }.max() ?? 0 }
}
