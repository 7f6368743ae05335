package import Units

/// What a client sends.
package enum SendingTrack: Hashable, Sendable {
    case microphone
    case camera
}

/// One packet that is to be sent; its payload comes beside it, packetized for RTP (RFC 7587, RFC 7741, RFC 6184).
package struct OutgoingPacket: Sendable {
    package var track: SendingTrack
    /// For the camera: which of ``SessionSettings/layers``, from 0.
    package var layer: Int
    /// In ticks of the codec's clock, from any start: 48,000 a second for sound, 90,000 for pictures.
    package var timestamp: UInt32
    /// For pictures: the last packet of its frame.
    package var marker: Bool
    /// For sound, 0 (loudest) … 127 (silent): −dBov (RFC 6464 §3).
    package var level: UInt8?
    /// Whether somebody is believed to speak.
    package var isVoice: Bool

    package init(
        _ track: SendingTrack, layer: Int = 0, timestamp: UInt32, marker: Bool = false, level: UInt8? = nil,
        isVoice: Bool = false
    ) {
        self.track = track
        self.layer = layer
        self.timestamp = timestamp
        self.marker = marker
        self.level = level
        self.isVoice = isVoice
    }
}

/// One of the streams that a client receives.
package struct SlotID: Hashable, Sendable, CustomStringConvertible {
    package var isPicture: Bool
    /// From 0 within its kind; picture 0 is the main one.
    package var index: Int

    package init(isPicture: Bool, index: Int) {
        self.isPicture = isPicture
        self.index = index
    }

    package static func picture(_ index: Int) -> SlotID { SlotID(isPicture: true, index: index) }
    package static func audio(_ index: Int) -> SlotID { SlotID(isPicture: false, index: index) }

    package var description: String { isPicture ? (index == 0 ? "main" : "small\(index)") : "audio\(index)" }
}

/// One received packet in the clear, as its slot's stream has it; resent ones look as if they had come at once.
package struct ReceivedPacket: Equatable, Sendable {
    package var slot: SlotID
    package var codec: StreamCodec
    package var payloadType: UInt8
    package var marker: Bool
    package var sequenceNumber: SequenceNumber
    package var timestamp: UInt32
    package var ssrc: SSRC
    /// Where the payload lies in the datagram.
    package var payload: Range<Int>
    /// Whether a decoder can begin here; always for sound.
    package var startsKeyframe: Bool
    /// Whether it was lost and has been sent again.
    package var isRepaired: Bool
}

/// What one datagram came to.
package enum SessionInput: Equatable, Sendable {
    case nothing
    /// The datagram holds this packet now.
    case media(ReceivedPacket)
    /// Reports came: see which slots have a new sender report, and which layers are wanted from a keyframe on.
    case control(ControlNotice)
}

/// What RTCP brought that somebody may want to act upon.
package struct ControlNotice: Hashable, Sendable {
    /// Slots with a new `senderReport`, one bit each by their place in ``ClientSession/slots``.
    package var reportedSlots: UInt64 = 0
    /// Layers of the camera of which a keyframe is wanted, one bit each.
    package var wantedLayers: UInt64 = 0

    package var isEmpty: Bool { reportedSlots == 0 && wantedLayers == 0 }
}

/// Ties a slot's timestamps to the server's wall clock: slots of one stream are in step by it (RFC 3550 §6.4.1).
package struct SlotClock: Hashable, Sendable {
    package var ntp: NTPTime
    package var timestamp: UInt32
}
