import Bridge
import Forwarding
import FuzzSupport
import RTP
import Units

/// What the sender's SSRCs are in the streams that it announced or that its extensions name.
enum Wanted {
    static let microphone: UInt32 = 0x11
    static let camera: UInt32 = 0x22
    static let cameraRepair: UInt32 = 0x23
    static let screen: UInt32 = 0x33
}

/// Microphone, a camera in VP8 with three layers, and a screen in H.264; it receives too.
func sender(_ client: FuzzClient) -> ResourceDescription {
    let ids = ExtensionIDs(mid: 4, rid: 10, repairedRid: 11, audioLevel: 1)
    let microphone = TrackDescription(
        kind: .microphone, mid: "0", codec: .opus, payloadType: 111, repairPayloadType: nil, extensionIDs: ids,
        rids: [], announced: [AnnouncedStream(ssrc: SSRC(rawValue: Wanted.microphone), repair: nil)], sendsNACK: true)
    let camera = TrackDescription(
        kind: .camera, mid: "1", codec: .vp8, payloadType: 96, repairPayloadType: 97, extensionIDs: ids,
        rids: ["q", "h", "f"],
        announced: [
            AnnouncedStream(ssrc: SSRC(rawValue: Wanted.camera), repair: SSRC(rawValue: Wanted.cameraRepair)),
            AnnouncedStream(ssrc: SSRC(rawValue: 0x24), repair: SSRC(rawValue: 0x25)),
            AnnouncedStream(ssrc: SSRC(rawValue: 0x26), repair: nil),
        ], sendsNACK: true)
    let screen = TrackDescription(
        kind: .screen, mid: "2", codec: .h264, payloadType: 102, repairPayloadType: nil, extensionIDs: ids, rids: [],
        announced: [], sendsNACK: true)
    return resource(1, client, tracks: [microphone, camera, screen])
}

/// It only receives.
func receiver(_ client: FuzzClient) -> ResourceDescription { resource(2, client, tracks: []) }

private func resource(_ number: UInt32, _ client: FuzzClient, tracks: [TrackDescription]) -> ResourceDescription {
    ResourceDescription(
        number: number, room: 1, seat: number, localICE: client.remote, remoteICE: client.local,
        fingerprints: [FuzzClient.fingerprint], tracks: tracks,
        slots: [0, 1].flatMap { [slot($0, isPicture: false, of: number), slot($0, isPicture: true, of: number)] },
        uplinkLimit: Bitrate(bitsPerSecond: 2_000_000))
}

/// SSRCs that a NACK of a few bytes can name: 0x50 and 0x51 for sound, 0x60 and 0x61 for pictures, 0x70 for resends.
private func slot(_ index: Int, isPicture: Bool, of number: UInt32) -> SlotDescription {
    let payloads: [SlotDescription.Payload] =
        isPicture
        ? [
            .init(codec: .vp8, payloadType: 96, repairPayloadType: index == 0 ? 97 : nil),
            .init(codec: .h264, payloadType: 102, repairPayloadType: nil),
        ] : [.init(codec: .opus, payloadType: 111, repairPayloadType: nil)]
    let ssrc = UInt32(isPicture ? 0x60 : 0x50) + UInt32(index)
    return SlotDescription(
        isPicture: isPicture, index: index, payloads: payloads,
        extensions: ExtensionBlock(mid: (4, "\(index)"), audioLevelID: isPicture ? nil : 1) ?? ExtensionBlock(),
        ssrc: SSRC(rawValue: ssrc), repairSSRC: isPicture && index == 0 ? SSRC(rawValue: 0x70) : nil, cname: "c",
        firstSequenceNumber: 65_530, firstRepairSequenceNumber: 32_760, firstTimestamp: .max - 1_000)
}
