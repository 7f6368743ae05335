import Bridge
import Forwarding
import ICE
import OpenSSL
import RTP
import Transport
import Units
import Wire

/// One client in memory: real ICE, DTLS and SRTP, without a socket.
final class BenchmarkClient {
    static let pictureType: UInt8 = 96

    let number: UInt32
    let address: SocketAddress
    let transport: MediaTransport
    let description: ResourceDescription
    private(set) var outbox = Outbox(capacity: 1 << 16, datagrams: 64)
    private var random = SystemRandomNumberGenerator()
    private var next: UInt64 = 1_000
    private var picture: UInt16 = 0
    /// Packets that it has reported on.
    var reported: UInt32 = 0
    let ssrc: SSRC

    /// Begins to check at once.
    ///
    /// - Parameters:
    ///   - number: Of its media resource, and of its seat.
    ///   - isPublisher: It sends a camera's picture; otherwise it has one picture slot.
    ///   - address: Where its datagrams come from.
    ///   - server: Where they go.
    ///   - dtls: Its certificate, which is the server's too.
    ///   - now: Simulated time.
    /// - Throws: What OpenSSL refuses.
    init(
        _ number: UInt32, isPublisher: Bool, address: SocketAddress, server: SocketAddress, dtls: DTLSContext,
        at now: Instant
    ) throws {
        self.number = number
        self.address = address
        ssrc = SSRC(rawValue: 0x1000_0000 + number)
        let own = ICECredentials.make(using: &random)
        let theirs = ICECredentials.make(using: &random)
        let fingerprint = Fingerprint(algorithm: "sha-256", value: dtls.certificate.sha256Fingerprint)
        transport = try MediaTransport(
            client: own, remote: theirs, candidates: [server], fingerprints: [fingerprint], dtls: dtls,
            tieBreaker: random.next(), at: now)
        description = ResourceDescription(
            number: number, room: 1, seat: isPublisher ? number : nil, localICE: theirs, remoteICE: own,
            fingerprints: [fingerprint], tracks: isPublisher ? [Self.camera(ssrc)] : [],
            slots: isPublisher ? [] : [Self.slot(number)], uplinkLimit: Bitrate(bitsPerSecond: .max))
    }

    private static func camera(_ ssrc: SSRC) -> TrackDescription {
        TrackDescription(
            kind: .camera, mid: "0", codec: .vp8, payloadType: pictureType, repairPayloadType: nil,
            extensionIDs: ExtensionIDs(mid: 1), rids: [], announced: [AnnouncedStream(ssrc: ssrc, repair: nil)],
            sendsNACK: true)
    }

    private static func slot(_ number: UInt32) -> SlotDescription {
        SlotDescription(
            isPicture: true, index: 0,
            payloads: [.init(codec: .vp8, payloadType: 100, repairPayloadType: 101)],
            extensions: ExtensionBlock(mid: (1, "0"), audioLevelID: nil) ?? ExtensionBlock(),
            ssrc: SSRC(rawValue: 0x2000_0000 + number), repairSSRC: SSRC(rawValue: 0x3000_0000 + number),
            cname: "bench", firstSequenceNumber: 7, firstRepairSequenceNumber: 9, firstTimestamp: 11)
    }

    func advance(to now: Instant) { _ = transport.advance(to: now, random: &random, into: &outbox) }

    func receive(_ datagram: inout MutableRawSpan, from server: SocketAddress, at now: Instant) {
        let path = NetworkPath(remote: server, local: SocketAddress(.anyV4, port: 0))
        _ = transport.receive(&datagram, on: path, at: now, into: &outbox)
    }

    func emptyOutbox() { outbox.removeAll() }

    /// Writes a frame's packets, encrypted, into `packets`; allocates nothing.
    ///
    /// - Parameters:
    ///   - packets: Where to.
    ///   - stride: Bytes from one packet's start to the next one's.
    ///   - count: How many packets.
    ///   - payload: What each carries behind its VP8 descriptor and first byte.
    ///   - isKeyframe: Whether that byte says so.
    ///   - lengths: The packets' lengths, written here.
    func writeFrame(
        _ packets: inout PacketBuffer, stride: Int, count: Int, payload: [UInt8], isKeyframe: Bool,
        lengths: inout [Int]
    ) {
        picture &+= 1
        for index in 0..<count {
            var room = packets.mutableBytes(index * stride..<(index + 1) * stride)
            next += 1
            let header = RTPHeader(
                marker: index == count - 1, payloadType: Self.pictureType,
                sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: next)),
                timestamp: UInt32(picture) &* 3_000, ssrc: ssrc)
            do throws(ParseError) {
                try header.write(to: &room)
                // X and I with a 15-bit picture id; S on the first packet (RFC 7741 §4.2).
                try room.storeBigEndian(UInt8(index == 0 ? 0x90 : 0x80), at: 12)
                try room.storeBigEndian(UInt8(0x80), at: 13)
                try room.storeBigEndian(0x8000 | picture & 0x7FFF, at: 14)
                try room.storeBigEndian(UInt8(isKeyframe ? 0 : 1), at: 16)
            } catch {
                preconditionFailure("a packet of \(stride) bytes holds its header")
            }
            lengths[index] =
                transport.protectRTP(
                    into: &room, headerLength: 12, prefixLength: 5, rest: payload.span.bytes, ssrc: ssrc, index: next)
                ?? 0
        }
    }
}
