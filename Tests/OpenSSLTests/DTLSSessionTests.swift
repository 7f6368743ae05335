import Testing

@testable import OpenSSL

@Suite("DTLSSession")
struct DTLSSessionTests {
    let clientCertificate: Certificate
    let serverCertificate: Certificate
    let client: DTLSContext
    let server: DTLSContext

    init() throws {
        clientCertificate = try .forMedia()
        serverCertificate = try .forMedia()
        client = try DTLSContext(clientCertificate)
        server = try DTLSContext(serverCertificate)
    }

    @Test("connects in few datagrams that pass every path, and both know the other")
    func handshake() throws {
        var pair = try DTLSPair(client, server)
        #expect(pair.client.peerFingerprint(.sha256) == nil)
        try pair.run()
        #expect(pair.client.isConnected && pair.server.isConnected)
        #expect(pair.flights.count == 4)
        #expect(pair.flights.map(\.count) == [1, 1, 1, 1])
        #expect(pair.flights.joined().allSatisfy { $0.count <= DTLSSession.maximumDatagram })
        #expect(pair.client.peerFingerprint(.sha256) == serverCertificate.sha256Fingerprint)
        #expect(pair.server.peerFingerprint(.sha256) == clientCertificate.sha256Fingerprint)
        #expect(pair.server.peerFingerprint(.sha384)?.count == 48 * 3 - 1)
        #expect(pair.server.peerFingerprint(.sha512)?.count == 64 * 3 - 1)
    }

    @Test("a flight larger than a datagram is cut")
    func largeFlight() throws {
        let names = (0..<60).map { "name-\($0).a-rather-long-domain.example" }
        let large = try DTLSContext(try .selfSigned(commonName: "large", names: names, days: 1))
        var pair = try DTLSPair(client, large)
        try pair.run()
        #expect(pair.client.isConnected && pair.server.isConnected)
        let flight = pair.flights[1]
        let total = flight.map(\.count).reduce(0, +)
        #expect(total > 2_400)
        #expect(flight.allSatisfy { $0.count <= DTLSSession.maximumDatagram })
        #expect(flight.count <= total / 1_000 + 2, "datagrams are filled: \(flight.map(\.count))")
    }

    @Test("both derive the same keys; the better profile wins")
    func keys() throws {
        var pair = try DTLSPair(client, server)
        #expect(throws: TLSError.self) { try pair.server.exportedKeys() }
        try pair.run()
        let keys = try pair.server.exportedKeys()
        #expect(try pair.client.exportedKeys() == keys)
        #expect(keys.profile == 7)
        #expect(keys.clientKey.count == 16 && keys.serverKey.count == 16)
        #expect(keys.clientSalt.count == 12 && keys.serverSalt.count == 12)
        #expect(keys.clientKey != keys.serverKey && keys.clientSalt != keys.serverSalt)
        let another = try connected()
        #expect(try another.server.exportedKeys() != keys)
    }

    @Test("AES-CM is agreed to when it is all that the peer has, in either role")
    func olderProfile() throws {
        let old = try DTLSContext(clientCertificate, profiles: "SRTP_AES128_CM_SHA1_80")
        for (first, second) in [(old, server), (client, old)] {
            var pair = try DTLSPair(first, second)
            try pair.run()
            let keys = try pair.server.exportedKeys()
            #expect(try pair.client.exportedKeys() == keys)
            #expect(keys.profile == 1)
            #expect(keys.clientKey.count == 16 && keys.clientSalt.count == 14 && keys.serverSalt.count == 14)
        }
    }

    @Test("the server's order decides, not the client's")
    func profileOrder() throws {
        let browser = try DTLSContext(
            clientCertificate, profiles: "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM")
        var pair = try DTLSPair(browser, server)
        try pair.run()
        #expect(try pair.server.exportedKeys().profile == 7)
    }

    @Test("without a common profile there are no keys")
    func noProfile() throws {
        for profiles in [nil, "SRTP_AEAD_AES_256_GCM"] {
            let odd = try DTLSContext(clientCertificate, profiles: profiles)
            var pair = try DTLSPair(odd, server)
            try? pair.run()
            #expect(throws: TLSError.self) { try pair.server.exportedKeys() }
        }
    }

    @Test("a ClientHello in fragments, as browsers send it, in order or not")
    func fragmentedHello() throws {
        for reversed in [false, true] {
            let pair = try DTLSPair(client, server)
            try pair.client.start()
            let hello = try #require(pair.client.takeFlight().first)
            var fragments = Fragments.split(hello, at: 100)
            #expect(fragments.count == 2)
            if reversed { fragments.reverse() }
            var flight: [[UInt8]] = []
            for fragment in fragments {
                #expect(flight.isEmpty)
                try pair.server.receive(fragment.span.bytes)
                flight = pair.server.takeFlight()
            }
            #expect(flight.count == 1)
            for datagram in flight { try pair.client.receive(datagram.span.bytes) }
            // The hello that the client's Finished covers is the whole one (RFC 6347 §4.2.6).
            for datagram in pair.client.takeFlight() { try pair.server.receive(datagram.span.bytes) }
            #expect(pair.server.isConnected)
        }
    }

    @Test("each lost flight is made up for by sending the kept one again", arguments: 0..<4)
    func lostFlight(lost: Int) throws {
        let pair = try DTLSPair(client, server)
        try pair.client.start()
        var kept: (client: [[UInt8]], server: [[UInt8]]) = ([], [])
        var sent = 0
        for _ in 0..<8 where !(pair.client.isConnected && pair.server.isConnected) {
            let fromClient = pair.client.takeFlight()
            if !fromClient.isEmpty { kept.client = fromClient }
            if !kept.client.isEmpty {
                if sent != lost { for datagram in kept.client { try pair.server.receive(datagram.span.bytes) } }
                sent += 1
            }
            let fromServer = pair.server.takeFlight()
            if !fromServer.isEmpty { kept.server = fromServer }
            if !kept.server.isEmpty {
                if sent != lost { for datagram in kept.server { try pair.client.receive(datagram.span.bytes) } }
                sent += 1
            }
        }
        #expect(pair.client.isConnected && pair.server.isConnected)
        #expect(try pair.client.exportedKeys() == pair.server.exportedKeys())
    }

    @Test("a server that is done answers the repeated last flight of a client that isn't")
    func lostFinish() throws {
        let pair = try DTLSPair(client, server)
        try pair.client.start()
        for datagram in pair.client.takeFlight() { try pair.server.receive(datagram.span.bytes) }
        for datagram in pair.server.takeFlight() { try pair.client.receive(datagram.span.bytes) }
        let kept = pair.client.takeFlight()
        for datagram in kept { try pair.server.receive(datagram.span.bytes) }
        let lost = pair.server.takeFlight()
        #expect(pair.server.isConnected && !lost.isEmpty)
        // As often as the client asks, far beyond the dozen after which OpenSSL itself would give up.
        for _ in 0..<30 {
            for datagram in kept { try pair.server.receive(datagram.span.bytes) }
            #expect(pair.server.takeFlight() == lost)
        }
        for datagram in lost { try pair.client.receive(datagram.span.bytes) }
        #expect(pair.client.isConnected)
        #expect(try pair.client.exportedKeys() == pair.server.exportedKeys())
    }

    @Test("a datagram that comes twice changes nothing")
    func duplicates() throws {
        let pair = try DTLSPair(client, server)
        try pair.client.start()
        for _ in 0..<3 {
            for datagram in pair.client.takeFlight() {
                try pair.server.receive(datagram.span.bytes)
                try pair.server.receive(datagram.span.bytes)
            }
            for datagram in pair.server.takeFlight() {
                try pair.client.receive(datagram.span.bytes)
                try pair.client.receive(datagram.span.bytes)
            }
        }
        #expect(pair.client.isConnected && pair.server.isConnected)
        #expect(pair.client.takeFlight().isEmpty && pair.server.takeFlight().isEmpty)
        #expect(try pair.client.exportedKeys() == pair.server.exportedKeys())
    }

    @Test("close_notify says that the peer has left, from either side")
    func close() throws {
        for fromServer in [false, true] {
            let pair = try connected()
            let leaving = fromServer ? pair.server : pair.client
            let staying = fromServer ? pair.client : pair.server
            leaving.close()
            let goodbye = leaving.takeFlight()
            #expect(goodbye.count == 1)
            #expect(!staying.isClosed)
            for datagram in goodbye { try staying.receive(datagram.span.bytes) }
            #expect(staying.isClosed && staying.isConnected)
            staying.close()
            try staying.receive(([22, 254, 253] as [UInt8]).span.bytes)
        }
        let early = try DTLSSession(server, role: .server)
        early.close()
        #expect(early.takeFlight().isEmpty)
    }

    @Test(
        "random datagrams of every length are ignored, before and after the handshake",
        arguments: 1...2 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let pair = try connected()
        let waiting = try DTLSSession(server, role: .server)
        for length in 0...1_500 {
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            if length > 3, length.isMultiple(of: 2) {
                bytes.replaceSubrange(0..<3, with: [20 + UInt8(length % 8 / 2), 254, 253])
            }
            try? waiting.receive(bytes.span.bytes)
            try pair.server.receive(bytes.span.bytes)
            try pair.client.receive(bytes.span.bytes)
        }
        #expect(!waiting.isConnected)
        #expect(pair.server.takeFlight().isEmpty && pair.client.takeFlight().isEmpty)
        #expect(!pair.server.isClosed && !pair.client.isClosed)
        pair.client.close()
        for datagram in pair.client.takeFlight() { try pair.server.receive(datagram.span.bytes) }
        #expect(pair.server.isClosed, "still alive to hear it")
    }

    @Test("every flight cut off or damaged at any byte does no harm")
    func damage() throws {
        var run = try DTLSPair(client, server)
        try run.run()
        let hello = run.flights[0][0]
        for index in hello.indices {
            let cut = try DTLSSession(server, role: .server)
            try? cut.receive(Array(hello[..<index]).span.bytes)
            #expect(!cut.isConnected)
            var damaged = hello
            damaged[index] ^= 0xFF
            let session = try DTLSSession(server, role: .server)
            try? session.receive(damaged.span.bytes)
            #expect(!session.isConnected)
            for datagram in session.takeFlight() { #expect(datagram.count <= DTLSSession.maximumDatagram) }
        }
        for index in stride(from: 0, to: run.flights[1][0].count, by: 5) {
            let client = try DTLSSession(client, role: .client)
            try client.start()
            var damaged = run.flights[1][0]
            damaged[index] ^= 0xFF
            try? client.receive(damaged.span.bytes)
            #expect(!client.isConnected)
        }
    }

    @Test("the server asks for a certificate")
    func certificateRequest() throws {
        var pair = try DTLSPair(client, server)
        try pair.run()
        let types = Fragments.handshakeTypes(in: pair.flights[1])
        #expect(types == [2, 11, 12, 13, 14], "ServerHello, Certificate, KeyExchange, CertificateRequest, Done")
    }

    private func connected() throws -> DTLSPair {
        var pair = try DTLSPair(client, server)
        try pair.run()
        #expect(pair.client.isConnected && pair.server.isConnected)
        return pair
    }
}

/// Takes flights apart that carry one plain handshake message a record (RFC 6347 §4.1, §4.2.2).
enum Fragments {
    /// The one message of `datagram` in two datagrams, of which the first carries `count` bytes of its body.
    static func split(_ datagram: [UInt8], at count: Int) -> [[UInt8]] {
        let header = Array(datagram[..<13])
        let message = Array(datagram[13..<25])
        let body = Array(datagram[25...])
        // The low byte of the record's sequence number; 1 is what the client itself will use next.
        return [(UInt8(0), 0..<count), (UInt8(40), count..<body.count)].map { number, range in
            var header = header
            header[10] = number
            let length = 12 + range.count
            header[11] = UInt8(length >> 8)
            header[12] = UInt8(length & 0xFF)
            var fragment = header + message[..<6]
            for value in [range.lowerBound, range.count] {
                fragment += [0, UInt8(value >> 8), UInt8(value & 0xFF)]
            }
            return fragment + body[range]
        }
    }

    /// The types of the handshake messages of a flight, first fragments only.
    static func handshakeTypes(in flight: [[UInt8]]) -> [UInt8] {
        var types: [UInt8] = []
        for datagram in flight {
            var rest = datagram[...]
            while rest.count >= 25 {
                let bytes = Array(rest)
                if bytes[0] == 22, bytes[19..<22].allSatisfy({ $0 == 0 }) { types.append(bytes[13]) }
                let length = Int(bytes[11]) * 256 + Int(bytes[12])
                rest = rest.dropFirst(13 + length)
            }
        }
        return types
    }
}
