import ICE
import OpenSSL
import Transport
import Units
import Wire

/// A client's and a server's transport, connected, and packets from the one to the other.
final class TransportPair {
    static let count = 64

    let client: MediaTransport
    private let server: MediaTransport
    private let now = Instant(nanoseconds: 1_000_000_000_000)
    private let here = SocketAddress(.loopback, port: 8_443)
    private let there = SocketAddress(.loopback, port: 40_000)
    private var outbox = Outbox(capacity: 1 << 16, datagrams: 64)
    private var packets = PacketBuffer(capacity: count * BenchmarkBridge.stride)
    private var length = 0
    private var index: UInt64 = 0
    private let payload = [UInt8](repeating: 1, count: BenchmarkBridge.packetSize - 12)
    private let ssrc = SSRC(rawValue: 0x0102_0304)

    init() throws {
        let dtls = try DTLSContext(try Certificate.forMedia())
        let fingerprint = Fingerprint(algorithm: "sha-256", value: dtls.certificate.sha256Fingerprint)
        var random = SystemRandomNumberGenerator()
        let (own, theirs) = (ICECredentials.make(using: &random), ICECredentials.make(using: &random))
        client = try MediaTransport(
            client: own, remote: theirs, candidates: [here], fingerprints: [fingerprint], dtls: dtls, tieBreaker: 1,
            at: now)
        server = try MediaTransport(server: theirs, remote: own, fingerprints: [fingerprint], dtls: dtls)
        for round in 0..<50 {
            _ = client.advance(
                to: now.advanced(by: .milliseconds(10 * round)), random: &random, into: &outbox)
            deliver(to: server, on: NetworkPath(remote: there, local: here))
            deliver(to: client, on: NetworkPath(remote: here, local: SocketAddress(.anyV4, port: 0)))
        }
        guard client.state == .connected, server.state == .connected else { throw BenchmarkError("no handshake") }
    }

    private func deliver(to transport: MediaTransport, on path: NetworkPath) {
        var datagrams: [[UInt8]] = []
        for index in 0..<outbox.count { datagrams.append(outbox.bytes(index).array) }
        outbox.removeAll()
        for var datagram in datagrams {
            var span = datagram.mutableSpan
            var bytes = span.mutableBytes
            _ = transport.receive(&bytes, on: path, at: now, into: &outbox)
        }
    }

    /// Makes ``count`` fresh packets.
    func protect() {
        let payload = payload
        for place in 0..<Self.count {
            index += 1
            var room = packets.mutableBytes(place * BenchmarkBridge.stride..<(place + 1) * BenchmarkBridge.stride)
            try? room.storeBigEndian(0x8060_0000 | UInt32(truncatingIfNeeded: index & 0xFFFF), at: 0)
            try? room.storeBigEndian(ssrc.rawValue, at: 8)
            length =
                client.protectRTP(
                    into: &room, headerLength: 12, prefixLength: 0, rest: payload.span.bytes, ssrc: ssrc, index: index)
                ?? 0
        }
    }

    /// Opens them.
    ///
    /// - Returns: How many were good.
    func unprotect() -> Int {
        let path = NetworkPath(remote: there, local: here)
        var opened = 0
        for place in 0..<Self.count {
            let start = place * BenchmarkBridge.stride
            var datagram = packets.mutableBytes(start..<start + length)
            if case .rtp = server.receive(&datagram, on: path, at: now, into: &outbox) { opened += 1 }
        }
        return opened
    }
}
