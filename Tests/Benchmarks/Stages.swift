import Forwarding
import OpenSSL
import RTP
import Transport
import Units
import Wire

/// The stages of a packet's way one by one, on packets of ``BenchmarkBridge/packetSize`` bytes.
struct Stages {
    private static let batches = 400
    /// Operations between two looks at the clock.
    private static let operations = 64

    private let bridge: BenchmarkBridge

    init(_ bridge: BenchmarkBridge) { self.bridge = bridge }

    /// The floor: AES-128-GCM by EVP over a packet, and one copy of it.
    ///
    /// Nothing that forwards can cost less.
    func reference() -> Samples {
        let cipher = GCMPacketCipher(key: [UInt8](repeating: 7, count: 16))
        var target = PacketBuffer(capacity: BenchmarkBridge.stride)
        let source = [UInt8](repeating: 3, count: BenchmarkBridge.packetSize)
        let copyOf = PacketBuffer(capacity: BenchmarkBridge.stride)
        var nonce: UInt128 = 1
        return Samples.measure(batches: Self.batches, operations: Self.operations) {
            for _ in 0..<Self.operations {
                nonce += 1
                var room = target.mutableBytes(0..<BenchmarkBridge.stride)
                try? room.copy(copyOf.bytes(0..<BenchmarkBridge.packetSize), at: 0)
                let length = cipher?.sealRTP(
                    &room, headerLength: 12, prefixLength: 0, rest: source.span.bytes.extracting(droppingFirst: 12),
                    nonce: nonce, rolloverCounter: 0)
                precondition(length == BenchmarkBridge.packetSize + 16, "the reference encrypts")
            }
        }
    }

    /// Header, extensions and VP8 descriptor of a plain packet.
    func parse() -> Samples {
        var packet = [UInt8](repeating: 1, count: BenchmarkBridge.packetSize)
        // V=2, X; a one-byte extension block with a mid; then a descriptor with a 15-bit picture id.
        packet.replaceSubrange(0..<4, with: [0x90, 0x60, 0x12, 0x34])
        packet.replaceSubrange(12..<20, with: [0xBE, 0xDE, 0, 1, 0x10, 0x30, 0, 0])
        packet.replaceSubrange(20..<25, with: [0x90, 0x80, 0x81, 0x02, 0x01])
        let ids = ExtensionIDs(mid: 1)
        var sum = 0
        let samples = Samples.measure(batches: Self.batches, operations: Self.operations) {
            for _ in 0..<Self.operations {
                let bytes = packet.span.bytes
                guard let header = try? RTPHeader(parsing: bytes),
                    let descriptor = try? VP8Descriptor(parsing: bytes, payload: header.payload)
                else { preconditionFailure("the packet is right") }
                sum &+= ExtensionValues(of: header, in: bytes, ids: ids).mid?.count ?? 0
                sum &+= descriptor.length
            }
        }
        precondition(sum > 0, "something was parsed")
        return samples
    }

    /// From the datagram to the plain packet, as the transport does it: path, kind, replay, tag.
    func unprotect() throws -> Samples {
        let pair = try TransportPair()
        var opened = 0
        let samples = Samples.measure(
            batches: Self.batches, operations: TransportPair.count, prepare: pair.protect
        ) { opened += pair.unprotect() }
        guard opened > 0, opened % TransportPair.count == 0 else { throw BenchmarkError("packets were not opened") }
        return samples
    }

    /// One receiver's packet: mapping, header, extensions, descriptor, encryption out of the shared payload.
    func rewriteAndProtect() throws -> Samples {
        let pair = try TransportPair()
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: 5, firstTimestamp: 6)
        let numbers = PictureNumbers(pictureID: 1, baseLayerIndex: 2, layerAndKey: 0, firstByte: 0x10)
        var packet = SourcePacket(
            index: 100, timestamp: 0, marker: false, startsKeyframe: true, descriptorLength: 4, picture: numbers)
        let source = SourceID(bridge: 0, room: 1, resource: 1, kind: .camera, layer: 0)
        mapping.begin(source, codec: .vp8, with: packet, captured: NTPTime(rawValue: 1 << 40))
        let extensions = ExtensionBlock(mid: (1, "0"), audioLevelID: nil) ?? ExtensionBlock()
        let payload = [UInt8](repeating: 9, count: BenchmarkBridge.packetSize - 24)
        let path = NetworkPath(remote: SocketAddress(.loopback, port: 9), local: SocketAddress(.loopback, port: 8))
        let ssrc = SSRC(rawValue: 77)
        var outbox = Outbox(capacity: 1 << 20, datagrams: 512)
        let samples = Samples.measure(
            batches: Self.batches, operations: Self.operations, prepare: { outbox.removeAll() }
        ) {
            for _ in 0..<Self.operations {
                packet.index += 1
                guard let outgoing = mapping.map(packet) else { continue }
                var room = outbox.reserve(BenchmarkBridge.stride)
                let header = RTPHeader(
                    marker: false, payloadType: 100, sequenceNumber: outgoing.sequenceNumber,
                    timestamp: outgoing.timestamp, ssrc: ssrc)
                guard (try? header.write(to: &room, hasExtension: true)) != nil,
                    let end = try? extensions.write(to: &room),
                    (try? outgoing.picture?.write(to: &room, at: end)) != nil,
                    let length = pair.client.protectRTP(
                        into: &room, headerLength: end, prefixLength: PictureNumbers.length, rest: payload.span.bytes,
                        ssrc: ssrc, index: outgoing.index)
                else { continue }
                outbox.commit(length, to: path)
            }
        }
        guard outbox.count == Self.operations else { throw BenchmarkError("packets were not protected") }
        return samples
    }

    /// A frame from datagrams to the outbox, for each packet and receiver.
    func plane() -> Samples {
        Samples.measure(
            batches: max(20, 40_000 / (BenchmarkBridge.frame * bridge.receivers.count)),
            operations: BenchmarkBridge.frame * bridge.receivers.count, prepare: { bridge.makeFrame() }
        ) {
            bridge.receiveFrame()
            bridge.forward { $0.removeAll() }
        }
    }
}
