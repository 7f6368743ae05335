package import RTP

/// What forwarding needs to know of one packet of a source, read once when it came in.
package struct SourcePacket: Sendable {
    /// The packet's 48-bit SRTP index within its source's stream (RFC 3711 §3.3.1).
    package var index: UInt64
    package var timestamp: UInt32
    package var marker: Bool
    /// Whether a decoder can begin with this packet: the first one of a keyframe; always for sound.
    package var startsKeyframe: Bool
    /// The source's own VP8 descriptor is left out of what is forwarded: how many bytes of the payload it takes.
    package var descriptorLength: Int
    /// VP8's numbers in the one canonical form; `nil` for other codecs.
    package var picture: PictureNumbers?
    /// Loudness as the sender's device measured it (RFC 6464), where it says.
    package var level: AudioLevel?

    package init(
        index: UInt64, timestamp: UInt32, marker: Bool, startsKeyframe: Bool, descriptorLength: Int = 0,
        picture: PictureNumbers? = nil, level: AudioLevel? = nil
    ) {
        self.index = index
        self.timestamp = timestamp
        self.marker = marker
        self.startsKeyframe = startsKeyframe
        self.descriptorLength = descriptorLength
        self.picture = picture
        self.level = level
    }
}
