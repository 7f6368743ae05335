import ICE
import STUN
import TestAuthenticator
import Units
import Wire

/// SplitMix64: the same seed, the same run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

func milliseconds(_ count: Int) -> Instant { Instant(nanoseconds: UInt64(count) * 1_000_000) }

/// A path from client `client` to server address `server`, as the server sees it.
func path(_ client: Int = 1, port: UInt16 = 5_000, server: Int = 1) -> NetworkPath {
    NetworkPath(
        remote: SocketAddress(IPAddress(v4: 0x0A00_0000 + UInt32(client)), port: port),
        local: SocketAddress(IPAddress(v4: 0xC000_0200 + UInt32(server)), port: 3_478))
}

/// A connectivity check as a peer would write it.
struct TestCheck {
    var username: String
    var password: String
    var messageClass = STUNMessage.Class.request
    var priority: UInt32? = 1_000
    var nominates = false
    var controlling: UInt64? = 7
    var controlled: UInt64?
    var unknown: UInt16?
    var hasIntegrity = true
    var hasFingerprint = true
    var id = TransactionID(high: 1, low: 2)

    init(_ server: ICECredentials, _ client: ICECredentials) {
        username = "\(server.fragment):\(client.fragment)"
        password = server.password
    }

    func with(_ change: (inout TestCheck) -> Void) -> TestCheck {
        var copy = self
        change(&copy)
        return copy
    }

    func bytes() throws(ParseError) -> [UInt8] {
        var datagram = [UInt8](repeating: 0, count: 1_000)
        var span = datagram.mutableSpan
        var room = unsafe span.mutableBytes
        var writer = try STUNWriter(messageClass, .binding, id, into: &room)
        let name = Array(username.utf8)
        try writer.append(.username, unsafe name.span.bytes, into: &room)
        // GOOG-NETWORK-INFO, as Chromium sends it.
        try writer.append(STUNAttribute(rawValue: 0xC057), UInt32(0x0001_0032), into: &room)
        if let unknown { try writer.append(STUNAttribute(rawValue: unknown), UInt32(0), into: &room) }
        if let priority { try writer.append(.priority, priority, into: &room) }
        if let controlling { try writer.append(.iceControlling, controlling, into: &room) }
        if let controlled { try writer.append(.iceControlled, controlled, into: &room) }
        if nominates { try writer.append(.useCandidate, into: &room) }
        let key = Array(password.utf8)
        if hasIntegrity {
            try writer.appendIntegrity(
                key: unsafe key.span.bytes, authenticator: TestAuthenticator(), into: &room)
        }
        if hasFingerprint { try writer.appendFingerprint(into: &room) }
        let length = writer.length
        return Array(datagram[..<length])
    }
}

/// What an agent did with one datagram: its outcome, and what it sent.
struct Reaction {
    var outcome: LiteAgent.Outcome
    var answers: [[UInt8]]
    var answerPaths: [NetworkPath]
}

extension LiteAgent {
    mutating func receive(_ datagram: [UInt8], on path: NetworkPath, at now: Instant = .zero) -> Reaction {
        var outbox = Outbox(capacity: 4_000, datagrams: 8)
        let outcome = receive(
            unsafe datagram.span.bytes, on: path, at: now, authenticator: TestAuthenticator(), into: &outbox)
        return Reaction(outcome: outcome, answers: outbox.datagrams, answerPaths: outbox.paths)
    }
}

extension Outbox {
    var datagrams: [[UInt8]] { (0..<count).map { bytes($0).array } }
    var paths: [NetworkPath] { (0..<count).map { record($0).path } }
}

let server = credentials("server+1", "serverpasswordserverpass")
let client = credentials("clie", "clientpasswordclientpa")

func credentials(_ fragment: String, _ password: String) -> ICECredentials {
    guard let credentials = ICECredentials(fragment: fragment, password: password) else {
        preconditionFailure("the test's credentials are not allowed")
    }
    return credentials
}
