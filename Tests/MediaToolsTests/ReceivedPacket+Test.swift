import Units

@testable import Participant

extension ReceivedPacket {
    /// Packet `number` of a picture of 25 frames a second, a packet each, as if it had been received.
    static func picture(
        _ number: Int, on slot: Int, length: Int = 1, startsKeyframe: Bool = true
    ) -> ReceivedPacket {
        ReceivedPacket(
            slot: .picture(slot), codec: .vp8, payloadType: 100, marker: true,
            sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
            timestamp: UInt32(number) * 3_600, ssrc: SSRC(rawValue: 11), payload: 0..<length,
            startsKeyframe: startsKeyframe, isRepaired: false)
    }
}
