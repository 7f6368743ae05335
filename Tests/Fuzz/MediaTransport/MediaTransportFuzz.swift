import FuzzSupport
import Transport
import Units
import Wire

/// One client and its server: how far they get before the trouble begins, then what reaches either of them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let line = Line(&input)
    while !input.isEmpty { line.step(&input) }
    return 0
}

private final class Line {
    private var now = Instant(nanoseconds: 1_000_000_000)
    private let client: FuzzClient
    private let server: MediaTransport
    private var outbox = Outbox(capacity: 1 << 16, datagrams: 64)
    private var random = FuzzRandom()
    private var index: UInt64 = 0

    /// The first two bytes: how many rounds of the handshake go well (six are enough), and which of the client's
    /// datagrams gets one byte changed on its way.
    init(_ input: inout FuzzInput) {
        client = FuzzClient(1, at: now)
        guard
            let server = try? MediaTransport(
                server: client.remote, remote: client.local, fingerprints: [FuzzClient.fingerprint],
                dtls: FuzzClient.context)
        else { fatalError("no transport") }
        self.server = server
        let rounds = Int(input.byte() & 15)
        var fault = Int(input.byte() & 15)
        let (place, change): (UInt16, UInt8) = fault == 0 ? (0, 0) : (input.number(), input.byte())
        for _ in 0..<rounds {
            client.advance(to: now)
            for var datagram in client.takeDatagrams() {
                fault -= 1
                if fault == 0 { datagram[Int(place) % datagram.count] ^= change }
                deliver(datagram)
            }
            advance(by: .milliseconds(50))
        }
    }

    func step(_ input: inout FuzzInput) {
        switch input.byte() & 15 {
        case 0: deliver(input.piece())
        case 1: deliverFromStranger(input.piece())
        case 2: client.receive(input.piece(), at: now)
        case 3: client.receive(input.piece(), from: SocketAddress(.loopback, port: 1), at: now)
        case 4:
            index = index.nearestIndex(of: SequenceNumber(rawValue: input.number()))
            if let packet = client.protectMedia(input.piece(), index: index) { deliver(packet) }
        case 5: if let packet = client.protectControl(input.piece()) { deliver(packet) }
        case 6: deliver(client.makeCheck(&input))
        case 7:
            let place = SocketAddress(IPAddress(v4: 0x0A00_0001), port: UInt16(input.byte() & 7))
            deliver(client.makeCheck(&input), from: place)
        case 8: advance(by: .milliseconds(Int(input.byte()) * 10))
        case 9: server.restartICE(local: client.local, remote: client.remote)
        case 10: server.restartICE(local: client.remote, remote: client.local)
        default: exchange()
        }
    }

    private func advance(by duration: Duration) {
        now = now.advanced(by: duration)
        _ = server.advance(to: now, random: &random, into: &outbox)
        client.advance(to: now)
        exchange()
    }

    /// Hands over what both have to say.
    private func exchange() {
        for (bytes, path) in outbox.takeDatagrams() where path == client.path { client.receive(bytes, at: now) }
        for datagram in client.takeDatagrams() { deliver(datagram) }
    }

    private func deliver(_ datagram: [UInt8], from place: SocketAddress? = nil) {
        withDatagram(datagram) { bytes in
            let path = NetworkPath(remote: place ?? client.path.remote, local: FuzzClient.server)
            switch server.receive(&bytes, on: path, at: now, into: &outbox) {
            case .rtp(let length, _), .rtcp(let length):
                expect(length <= datagram.count, "plaintext within")
                expect(server.state == .connected, "media of a connected session")
            case .changed, .nothing: break
            }
        }
    }

    /// Nothing is answered, and no session comes to harm.
    private func deliverFromStranger(_ datagram: [UInt8]) {
        let before = (server.state, server.path, outbox.count)
        deliver(datagram, from: SocketAddress(IPAddress(v4: 0xC000_0201), port: 1))
        expect(server.state == before.0 && server.path == before.1, "a stranger changes nothing")
        expect(outbox.count == before.2, "a stranger is not answered")
    }
}
