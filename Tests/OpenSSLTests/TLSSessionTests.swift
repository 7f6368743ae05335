import Testing
import Units

@testable import OpenSSL

@Suite("TLSSession")
struct TLSSessionTests {
    static let certificate: Certificate? = try? .forServer(
        names: ["localhost", "bridge.example"], addresses: [.loopback, .loopbackV6])

    let certificate: Certificate
    let trust: TLSClientContext.Trust

    init() throws {
        certificate = try #require(Self.certificate)
        trust = .certificates(try certificate.pem())
    }

    private func server(_ versions: ClosedRange<Int32> = TLSVersion.both) throws -> TLSServerContext {
        try TLSServerContext(
            chain: try certificate.pem(), key: try certificate.keyPEM(), chainName: nil, keyName: nil,
            versions: versions)
    }

    @Test("handshake and data both ways, however the bytes are cut", arguments: [1, 7, 100, Int.max])
    func exchange(step: Int) throws {
        let pair = try TLSPair(try TLSClientContext(trust: trust), try server())
        #expect(!pair.client.isHandshakeDone)
        try pair.run(step: step)
        #expect(pair.client.isHandshakeDone && pair.server.isHandshakeDone)
        #expect(pair.server.version == "TLSv1.3")

        let request = [UInt8](repeating: 7, count: 100_000)
        try pair.client.write(request.span.bytes)
        try pair.server.write(Array("hello".utf8).span.bytes)
        try pair.server.write([UInt8]().span.bytes)
        try pair.run(step: step)
        #expect(pair.server.plaintext() == request)
        #expect(pair.server.plaintext().isEmpty)
        #expect(pair.client.plaintext() == Array("hello".utf8))
    }

    @Test("both versions, forward secret and authenticated")
    func versions() throws {
        for (versions, name) in [(TLSVersion.only12, "TLSv1.2"), (TLSVersion.only13, "TLSv1.3")] {
            let client = try TLSClientContext(trust: trust, ciphers: TLSContext.cipherList, versions: versions)
            let pair = try TLSPair(client, try server())
            try pair.run()
            #expect(pair.client.isHandshakeDone && pair.server.isHandshakeDone)
            #expect(pair.server.version == name)
            #expect(pair.server.cipher?.contains("GCM") == true)
            #expect(pair.server.output().isEmpty, "no session tickets follow")
        }
    }

    @Test(
        "suites without forward secrecy or without AEAD are refused",
        arguments: [
            "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "DHE-RSA-AES128-GCM-SHA256",
        ])
    func refusedSuites(cipher: String) throws {
        let client = try TLSClientContext(trust: trust, ciphers: cipher, versions: TLSVersion.only12)
        let pair = try TLSPair(client, try server())
        #expect(throws: TLSError.self) { try pair.run() }
        #expect(!pair.server.isHandshakeDone)
        #expect(pair.server.output().first == 21, "an alert says so")
    }

    @Test("only http/1.1 is spoken, and h2 beside it does no harm")
    func protocols() throws {
        let both = [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8)
        for (offer, isRight) in [(both, true), ([2] + Array("h2".utf8), false)] {
            let client = try TLSClientContext(
                trust: trust, ciphers: TLSContext.cipherList, versions: TLSVersion.both, protocols: offer)
            let pair = try TLSPair(client, try server())
            if isRight { try pair.run() } else { #expect(throws: TLSError.self) { try pair.run() } }
            #expect(pair.server.isHandshakeDone == isRight)
        }
    }

    @Test(
        "the certificate's names and addresses are believed",
        arguments: ["localhost", "bridge.example", "127.0.0.1", "::1"])
    func rightName(host: String) throws {
        let pair = try TLSPair(try TLSClientContext(trust: trust), to: host, try server())
        try pair.run()
        #expect(pair.client.isHandshakeDone)
    }

    @Test("another name or address is not", arguments: ["example.org", "127.0.0.2", "::2", "evil.localhost"])
    func wrongName(host: String) throws {
        let pair = try TLSPair(try TLSClientContext(trust: trust), to: host, try server())
        let error = #expect(throws: TLSError.self) { try pair.run() }
        #expect(error?.description.contains("mismatch") == true)
        #expect(!pair.client.isHandshakeDone)
        // It stays refused.
        #expect(throws: TLSError.self) { try pair.client.receive(([1, 2, 3] as [UInt8]).span.bytes) }
        #expect(throws: TLSError.self) { try pair.client.write(([1, 2, 3] as [UInt8]).span.bytes) }
    }

    @Test("an unknown authority is refused, unless told not to look")
    func unknownAuthority() throws {
        let stranger = try Certificate.forServer(names: ["localhost"], addresses: [])
        let strict = try TLSClientContext(trust: .certificates(try stranger.pem()))
        let pair = try TLSPair(strict, try server())
        let error = #expect(throws: TLSError.self) { try pair.run() }
        #expect(error?.description.contains("self-signed certificate") == true)

        let system = try TLSPair(try TLSClientContext(trust: .system), try server())
        #expect(throws: TLSError.self) { try system.run() }

        let careless = try TLSPair(try TLSClientContext(trust: .anything), to: "example.org", try server())
        try careless.run()
        #expect(careless.client.isHandshakeDone)
    }

    @Test("close_notify reaches the other side")
    func close() throws {
        let pair = try TLSPair(try TLSClientContext(trust: trust), try server())
        try pair.run()
        try pair.client.write(([1, 2, 3] as [UInt8]).span.bytes)
        pair.client.close()
        try pair.run()
        #expect(pair.server.isClosed && !pair.client.isClosed)
        #expect(pair.server.plaintext() == [1, 2, 3], "what came before it is still there")
        try pair.server.receive(([9, 9, 9] as [UInt8]).span.bytes)
        pair.server.close()
        try pair.run()
        #expect(pair.client.isClosed)
        #expect(throws: TLSError.self) { try pair.client.write(([1] as [UInt8]).span.bytes) }
    }

    @Test("garbage of every length ends a session and nothing else", arguments: 1...3 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let context = try server()
        for length in 0...600 {
            let session = try TLSSession(accepting: context)
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            try? session.receive(bytes.span.bytes)
            #expect(!session.isHandshakeDone)
            session.close()
            _ = session.output()
        }
    }

    @Test("a ClientHello cut off or damaged at any byte does no harm")
    func damagedHello() throws {
        let context = try server()
        let hello = try TLSSession(connecting: try TLSClientContext(trust: trust), to: "localhost").output()
        #expect(hello.count > 100)
        for index in hello.indices {
            let cut = try TLSSession(accepting: context)
            try cut.receive(Array(hello[..<index]).span.bytes)
            #expect(cut.output().isEmpty && !cut.isHandshakeDone)

            var damaged = hello
            damaged[index] ^= 0xFF
            let session = try TLSSession(accepting: context)
            try? session.receive(damaged.span.bytes)
            #expect(!session.isHandshakeDone)
        }
    }

    @Test("damage after the handshake ends the session")
    func damagedRecord() throws {
        let pair = try TLSPair(try TLSClientContext(trust: trust), try server())
        try pair.run()
        try pair.client.write(([1, 2, 3] as [UInt8]).span.bytes)
        var record = pair.client.output()
        record[record.count - 1] ^= 1
        #expect(throws: TLSError.self) { try pair.server.receive(record.span.bytes) }
        #expect(pair.server.plaintext().isEmpty)
        #expect(!pair.server.output().isEmpty, "an alert")
    }

    @Test("plaintext that nobody reads is bounded")
    func unread() throws {
        let pair = try TLSPair(try TLSClientContext(trust: trust), try server())
        try pair.run()
        let block = [UInt8](repeating: 1, count: 256 << 10)
        for _ in 0..<4 { try pair.client.write(block.span.bytes) }
        try pair.run()
        try pair.client.write(block.span.bytes)
        #expect(throws: TLSError.self) { try pair.run() }
    }

    @Test("a failed session leaves the next one's errors alone")
    func emptiesErrors() throws {
        let context = try server()
        let broken = try TLSSession(accepting: context)
        #expect(throws: TLSError.self) { try broken.receive(Array("GET / HTTP/1.1\r\n\r\n".utf8).span.bytes) }
        #expect(TLSError.draining("").codes.isEmpty)
        let pair = try TLSPair(try TLSClientContext(trust: trust), context)
        try pair.run()
        #expect(pair.server.isHandshakeDone)
    }

    @Test("sessions keep the context that made them")
    func reload() throws {
        var context: TLSServerContext? = try server()
        let pair = try TLSPair(try TLSClientContext(trust: trust), try #require(context))
        context = nil
        try pair.run()
        #expect(pair.client.isHandshakeDone)
    }
}
