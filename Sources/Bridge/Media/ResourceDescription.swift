package import Forwarding
package import ICE
package import RTP
package import Transport
package import Units

/// One media resource as the control loop hands it to a media loop: the outcome of an offer and its answer.
package struct ResourceDescription: Sendable {
    /// Never used twice on this bridge.
    package var number: UInt32
    package var room: UInt32
    /// The seat it belongs to, by number in the room; `nil` for roles without one.
    package var seat: UInt32?
    package var localICE: ICECredentials
    package var remoteICE: ICECredentials
    package var fingerprints: [Fingerprint]
    /// What the client sends to us.
    package var tracks: [TrackDescription]
    /// What it receives from us.
    package var slots: [SlotDescription]
    /// What one participant may send, audio and video together: told to the client in REMB.
    package var uplinkLimit: Bitrate
    /// 0, but for tests of the end of indexes.
    package var firstRTCPIndex: UInt32 = 0

    package init(
        number: UInt32, room: UInt32, seat: UInt32?, localICE: ICECredentials, remoteICE: ICECredentials,
        fingerprints: [Fingerprint], tracks: [TrackDescription], slots: [SlotDescription], uplinkLimit: Bitrate
    ) {
        self.number = number
        self.room = room
        self.seat = seat
        self.localICE = localICE
        self.remoteICE = remoteICE
        self.fingerprints = fingerprints
        self.tracks = tracks
        self.slots = slots
        self.uplinkLimit = uplinkLimit
    }
}

/// One section that sends to us: a microphone, a camera with its layers, or a screen.
package struct TrackDescription: Sendable {
    package var kind: SourceKind
    package var mid: String
    package var codec: MediaCodec
    package var payloadType: UInt8
    package var repairPayloadType: UInt8?
    package var extensionIDs: ExtensionIDs
    /// Simulcast layers in the order of the offer; empty without simulcast.
    package var rids: [String]
    /// The streams that the offer announced by SSRC, where it did.
    package var announced: [AnnouncedStream]
    package var sendsNACK: Bool

    package init(
        kind: SourceKind, mid: String, codec: MediaCodec, payloadType: UInt8, repairPayloadType: UInt8?,
        extensionIDs: ExtensionIDs, rids: [String], announced: [AnnouncedStream], sendsNACK: Bool
    ) {
        self.kind = kind
        self.mid = mid
        self.codec = codec
        self.payloadType = payloadType
        self.repairPayloadType = repairPayloadType
        self.extensionIDs = extensionIDs
        self.rids = rids
        self.announced = announced
        self.sendsNACK = sendsNACK
    }
}

/// A stream and its repair stream, as `a=ssrc-group:FID` ties them (RFC 5576 §4.2, RFC 4588 §8.2).
package struct AnnouncedStream: Sendable, Equatable {
    package var ssrc: SSRC
    package var repair: SSRC?

    package init(ssrc: SSRC, repair: SSRC?) {
        self.ssrc = ssrc
        self.repair = repair
    }
}

/// One section that receives from us.
package struct SlotDescription: Sendable {
    /// One codec that the receiver takes, by its own payload types.
    package struct Payload: Sendable {
        package var codec: MediaCodec
        package var payloadType: UInt8
        package var repairPayloadType: UInt8?

        package init(codec: MediaCodec, payloadType: UInt8, repairPayloadType: UInt8?) {
            self.codec = codec
            self.payloadType = payloadType
            self.repairPayloadType = repairPayloadType
        }
    }

    package var isPicture: Bool
    /// Among the slots of its kind; picture slot 0 is the main picture.
    package var index: Int
    package var payloads: [Payload]
    package var extensions: ExtensionBlock
    package var ssrc: SSRC
    package var repairSSRC: SSRC?
    package var cname: String
    /// Random starts (RFC 3550 §5.1).
    package var firstSequenceNumber: UInt16
    package var firstRepairSequenceNumber: UInt16
    package var firstTimestamp: UInt32
    /// Where indexes begin instead of at `firstSequenceNumber`: for tests of their end.
    package var firstIndex: UInt64?

    package init(
        isPicture: Bool, index: Int, payloads: [Payload], extensions: ExtensionBlock, ssrc: SSRC, repairSSRC: SSRC?,
        cname: String, firstSequenceNumber: UInt16, firstRepairSequenceNumber: UInt16, firstTimestamp: UInt32
    ) {
        self.isPicture = isPicture
        self.index = index
        self.payloads = payloads
        self.extensions = extensions
        self.ssrc = ssrc
        self.repairSSRC = repairSSRC
        self.cname = cname
        self.firstSequenceNumber = firstSequenceNumber
        self.firstRepairSequenceNumber = firstRepairSequenceNumber
        self.firstTimestamp = firstTimestamp
    }
}
