package import OpenSSL
import STUN
package import Transport
package import Units
import Wire

package import struct ICE.ICECredentials

/// The client's side of one media resource, with keys that are right: what a participant could send who wants harm.
package final class FuzzClient {
    /// Server and clients share one certificate: making one takes longer than a whole input.
    package static let context: DTLSContext = {
        guard let certificate = try? Certificate.forMedia(), let context = try? DTLSContext(certificate) else {
            fatalError("no certificate")
        }
        return context
    }()

    package static let fingerprint = Fingerprint(
        algorithm: "sha-256", value: context.certificate.sha256Fingerprint)
    package static let server = SocketAddress(.loopback, port: 8_443)

    package let transport: MediaTransport
    package let local: ICECredentials
    package let remote: ICECredentials
    private let address: SocketAddress
    private var outbox = Outbox(capacity: 1 << 16, datagrams: 64)
    private var random = FuzzRandom()

    /// - Parameters:
    ///   - number: Tells clients apart: the last byte of the address and a part of the credentials.
    ///   - now: When it begins to check.
    package init(_ number: UInt8, at now: Instant) {
        let name = number < 10 ? "0\(number)" : "\(number)"
        guard let local = ICECredentials(fragment: "client\(name)", password: "clientPassword12345678\(name)"),
            let remote = ICECredentials(fragment: "server\(name)", password: "serverPassword12345678\(name)"),
            let transport = try? MediaTransport(
                client: local, remote: remote, candidates: [Self.server], fingerprints: [Self.fingerprint],
                dtls: Self.context, tieBreaker: 1, at: now)
        else { fatalError("no transport") }
        self.transport = transport
        self.local = local
        self.remote = remote
        address = SocketAddress(IPAddress(v4: 0x0A00_0000 | UInt32(number)), port: 40_000)
    }

    /// As the server sees it.
    package var path: NetworkPath { NetworkPath(remote: address, local: Self.server) }

    package func receive(_ datagram: [UInt8], from place: SocketAddress = server, at now: Instant) {
        withDatagram(datagram) { bytes in
            let path = NetworkPath(remote: place, local: SocketAddress(.anyV4, port: 0))
            switch transport.receive(&bytes, on: path, at: now, into: &outbox) {
            case .rtp(let length, _), .rtcp(let length): expect(length <= datagram.count, "plaintext within")
            case .changed, .nothing: break
            }
        }
    }

    package func advance(to now: Instant) { _ = transport.advance(to: now, random: &random, into: &outbox) }

    package func takeDatagrams() -> [[UInt8]] { outbox.takeDatagrams().map(\.bytes) }

    // MARK: What only a participant can make

    /// An SRTP packet of `packet`, whose sequence number becomes that of `index`; `nil` when it is no RTP packet.
    package func protectMedia(_ packet: [UInt8], index: UInt64) -> [UInt8]? {
        var result: [UInt8]?
        withDatagram(packet + [UInt8](repeating: 0, count: 16)) { room in
            guard packet.count >= 12, packet[0] >> 6 == 2 else { return }
            try? room.storeBigEndian(UInt16(truncatingIfNeeded: index), at: 2)
            let header = Self.headerLength(packet)
            guard header <= packet.count, let ssrc = try? room.bytes.bigEndian(UInt32.self, at: 8) else { return }
            let length = transport.protectRTP(
                into: &room, headerLength: header, prefixLength: packet.count - header, rest: RawSpan(),
                ssrc: SSRC(rawValue: ssrc), index: index)
            result = length.map { room.bytes.extracting(first: $0).array }
        }
        return result
    }

    private static func headerLength(_ packet: [UInt8]) -> Int {
        let fixed = 12 + 4 * Int(packet[0] & 15)
        guard packet[0] & 0x10 != 0, fixed + 4 <= packet.count else { return fixed }
        return fixed + 4 + 4 * (Int(packet[fixed + 2]) << 8 | Int(packet[fixed + 3]))
    }

    /// An SRTCP packet of `compound`; `nil` before the handshake is done.
    package func protectControl(_ compound: [UInt8]) -> [UInt8]? {
        var result: [UInt8]?
        withDatagram(compound + [UInt8](repeating: 0, count: 20)) { room in
            guard compound.count >= 8 else { return }
            let length = transport.protectRTCP(&room, length: compound.count)
            result = length.map { room.bytes.extracting(first: $0).array }
        }
        return result
    }

    /// A check with integrity and fingerprint right, and whatever attributes `input` has for it.
    package func makeCheck(_ input: inout FuzzInput) -> [UInt8] {
        var result: [UInt8] = []
        let flags = input.byte()
        withDatagram([UInt8](repeating: 0, count: 600)) { room in
            do throws(ParseError) {
                let transaction = TransactionID(high: 1, low: UInt64(flags))
                var writer = try STUNWriter(.request, .binding, transaction, into: &room)
                try writer.append(.username, Array("\(remote.fragment):\(local.fragment)".utf8).span.bytes, into: &room)
                if flags & 1 != 0 { try writer.append(.useCandidate, into: &room) }
                if flags & 2 != 0 { try writer.append(.priority, input.number(UInt32.self), into: &room) }
                if flags & 4 != 0 { try writer.append(.iceControlling, UInt64(1), into: &room) }
                if flags & 8 != 0 {
                    try writer.append(STUNAttribute(rawValue: input.number()), input.piece().span.bytes, into: &room)
                }
                let key = Array(remote.password.utf8)
                try writer.appendIntegrity(key: key.span.bytes, authenticator: Authenticator(), into: &room)
                try writer.appendFingerprint(into: &room)
                result = room.bytes.extracting(first: writer.length).array
            } catch {}
        }
        return result
    }

    private struct Authenticator: MessageAuthenticator {
        func hmacSHA1(key: borrowing RawSpan, head: borrowing RawSpan, body: borrowing RawSpan) -> [20 of UInt8] {
            OpenSSL.hmacSHA1(key: key, head, body)
        }
    }
}

/// Numbers that differ, and are the same in every run: an input that crashed must crash again.
package struct FuzzRandom: RandomNumberGenerator {
    private var value: UInt64 = 1

    package init() {}

    package mutating func next() -> UInt64 {
        value = value &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        return value ^ value >> 29
    }
}

extension Outbox {
    /// Empties it.
    package mutating func takeDatagrams() -> [(bytes: [UInt8], path: NetworkPath)] {
        let all = (0..<count).map { (bytes($0).array, record($0).path) }
        removeAll()
        return all
    }
}
