import Units

@testable import OpenSSL

/// Two TLS sessions joined by two byte arrays.
struct TLSPair {
    var client: TLSSession
    var server: TLSSession

    init(_ client: TLSClientContext, to host: String = "localhost", _ server: TLSServerContext) throws {
        self.client = try TLSSession(connecting: client, to: host)
        self.server = try TLSSession(accepting: server)
    }

    /// Carries bytes both ways, `step` at a time, until neither side has any.
    func run(step: Int = .max) throws {
        for _ in 0..<20 {
            let moved = try carry(from: client, to: server, step: step) + carry(from: server, to: client, step: step)
            if moved == 0 { return }
        }
    }

    private func carry(from sender: TLSSession, to receiver: TLSSession, step: Int) throws -> Int {
        var bytes: [UInt8] = []
        sender.takeOutput(into: &bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(step))
            rest = rest.dropFirst(step)
            try receiver.receive(part.span.bytes)
        }
        return bytes.count
    }
}

extension TLSSession {
    func plaintext() -> [UInt8] {
        var bytes: [UInt8] = []
        read(into: &bytes)
        return bytes
    }

    func output() -> [UInt8] {
        var bytes: [UInt8] = []
        takeOutput(into: &bytes)
        return bytes
    }
}

/// Two DTLS sessions, and every flight that went between them.
struct DTLSPair {
    var client: DTLSSession
    var server: DTLSSession
    /// In order, the client's first.
    var flights: [[[UInt8]]] = []

    init(_ client: DTLSContext, _ server: DTLSContext) throws {
        self.client = try DTLSSession(client, role: .client)
        self.server = try DTLSSession(server, role: .server)
    }

    /// Runs the handshake to its end on a line that loses nothing.
    mutating func run() throws {
        try client.start()
        for _ in 0..<10 {
            let moved = try carry(from: client, to: server) + carry(from: server, to: client)
            if moved == 0 { return }
        }
    }

    mutating func carry(from sender: DTLSSession, to receiver: DTLSSession) throws -> Int {
        let flight = sender.takeFlight()
        if !flight.isEmpty { flights.append(flight) }
        for datagram in flight { try receiver.receive(datagram.span.bytes) }
        return flight.count
    }
}

/// A small generator, so that failures name their own reproduction.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension Certificate {
    /// For a server that stands alone.
    static func forServer(names: [String], addresses: [IPAddress]) throws(TLSError) -> Certificate {
        try selfSigned(commonName: names.first ?? "server", names: names, addresses: addresses, days: 90)
    }
}
