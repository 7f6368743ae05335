import STUN
import Units
import Wire

/// Both sides' credentials between two restarts, in the form in which checks need them.
struct CredentialPair: Sendable {
    let local: ICECredentials
    /// What USERNAME of a request to us says: `local:remote`, or how it begins while the remote side is unknown.
    private let username: [UInt8]
    private let isWhole: Bool
    private let key: [UInt8]

    init(local: ICECredentials, remote: ICECredentials?) {
        self.local = local
        username = Array("\(local.fragment):\(remote?.fragment ?? "")".utf8)
        isWhole = remote != nil
        key = Array(local.password.utf8)
    }

    /// Whether `name` within `message` is these credentials' USERNAME (RFC 8445 §7.2.2).
    func matches(_ name: Range<Int>, in message: borrowing RawSpan) -> Bool {
        guard isWhole ? name.count == username.count : name.count > username.count else { return false }
        for (index, byte) in username.enumerated()
        where (try? message.bigEndian(UInt8.self, at: name.lowerBound + index)) != byte { return false }
        return true
    }

    func authenticates(
        _ request: STUNMessage, in message: borrowing RawSpan,
        authenticator: borrowing some MessageAuthenticator & ~Copyable
    ) -> Bool {
        // Span.bytes counts as unsafe in this compiler; bytes of bytes are all initialized.
        request.isAuthentic(in: message, key: unsafe key.span.bytes, authenticator: authenticator)
    }

    /// What a request is answered with.
    enum Answer {
        case success
        case unknownAttributes
        case roleConflict
    }

    /// Answers `request` on the path that it came by; when there is no room, the peer asks again.
    func answer(
        _ request: STUNMessage, _ answer: Answer, on path: NetworkPath,
        authenticator: borrowing some MessageAuthenticator & ~Copyable, into outbox: inout Outbox
    ) {
        // The longest, a 420 that names eight attributes, has 20 + 28 + 20 + 24 + 8 bytes.
        var room = outbox.reserve(128)
        let length = try? write(request, answer, path.remote, authenticator: authenticator, into: &room)
        if let length { outbox.commit(length, to: path) }
    }

    private func write(
        _ request: STUNMessage, _ answer: Answer, _ source: SocketAddress,
        authenticator: borrowing some MessageAuthenticator & ~Copyable, into room: inout MutableRawSpan
    ) throws(ParseError) -> Int {
        let answerClass: STUNMessage.Class = if case .success = answer { .success } else { .error }
        var writer = try STUNWriter(answerClass, .binding, request.transactionID, into: &room)
        switch answer {
        case .success:
            let mapped = SocketAddress(source.address.unmapped, port: source.port)
            try writer.appendMappedAddress(mapped, into: &room)
        case .unknownAttributes:
            try writer.appendError(420, "Unknown Attribute", into: &room)
            try writer.appendUnknown(request.notUnderstood, into: &room)
        case .roleConflict:
            try writer.appendError(487, "Role Conflict", into: &room)
        }
        try writer.appendIntegrity(key: unsafe key.span.bytes, authenticator: authenticator, into: &room)
        try writer.appendFingerprint(into: &room)
        return writer.length
    }
}
