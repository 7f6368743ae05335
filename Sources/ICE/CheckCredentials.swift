import STUN
import Units
import Wire

/// Both sides' credentials, in the form in which the sender of checks needs them.
struct CheckCredentials: Sendable {
    /// `remote:local` (RFC 8445 §7.2.2).
    private let username: [UInt8]
    /// The remote password: requests and their responses are both authenticated with it (§7.2.2, §7.3).
    private let key: [UInt8]
    private let tieBreaker: UInt64

    init(local: ICECredentials, remote: ICECredentials, tieBreaker: UInt64) {
        username = Array("\(remote.fragment):\(local.fragment)".utf8)
        key = Array(remote.password.utf8)
        self.tieBreaker = tieBreaker
    }

    func authenticates(
        _ response: STUNMessage, in message: borrowing RawSpan,
        authenticator: borrowing some MessageAuthenticator & ~Copyable
    ) -> Bool {
        // Span.bytes counts as unsafe in this compiler; bytes of bytes are all initialized.
        response.isAuthentic(in: message, key: unsafe key.span.bytes, authenticator: authenticator)
    }

    /// Sends one connectivity check (RFC 8445 §7.2.4); when there is no room the next one follows soon.
    func sendCheck(
        _ id: TransactionID, priority: UInt32, nominates: Bool, on path: NetworkPath,
        authenticator: borrowing some MessageAuthenticator & ~Copyable, into outbox: inout Outbox
    ) {
        // Header, the longest USERNAME of 513 bytes, and 8 + 12 + 4 + 24 + 8 bytes.
        var room = outbox.reserve(20 + 4 + 516 + 56)
        let length = try? write(id, priority, nominates, authenticator: authenticator, into: &room)
        if let length { outbox.commit(length, to: path) }
    }

    private func write(
        _ id: TransactionID, _ priority: UInt32, _ nominates: Bool,
        authenticator: borrowing some MessageAuthenticator & ~Copyable, into room: inout MutableRawSpan
    ) throws(ParseError) -> Int {
        var writer = try STUNWriter(.request, .binding, id, into: &room)
        try writer.append(.username, unsafe username.span.bytes, into: &room)
        try writer.append(.priority, priority, into: &room)
        try writer.append(.iceControlling, tieBreaker, into: &room)
        if nominates { try writer.append(.useCandidate, into: &room) }
        try writer.appendIntegrity(key: unsafe key.span.bytes, authenticator: authenticator, into: &room)
        try writer.appendFingerprint(into: &room)
        return writer.length
    }
}
