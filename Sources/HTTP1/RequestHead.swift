import HTTPTypes

/// Start line and fields of a request, checked, before its content (RFC 9112 §3, §5).
struct RequestHead: Sendable {
    var method: HTTPRequest.Method
    var target: RequestTarget
    var version: MessageVersion

    /// Reads `method SP request-target SP HTTP-version` (§3): one space each, nothing before or behind.
    init(_ line: [UInt8]) throws(HTTPError) {
        let parts = line.split(separator: .space, omittingEmptySubsequences: false)
        guard parts.count == 3, !line.contains(.tab) else { throw .badRequest("bad request line") }
        guard parts[0].isToken, let method = HTTPRequest.Method(String(decoding: parts[0], as: UTF8.self)) else {
            throw .badRequest("method is not a token")
        }
        guard let version = MessageVersion(rawValue: String(decoding: parts[2], as: UTF8.self)) else {
            // RFC 9110 §15.6.6; a version that is none at all is simply a bad request.
            guard parts[2].starts(with: "HTTP/".utf8) else { throw .badRequest("bad request line") }
            throw HTTPError(.httpVersionNotSupported, "version is not supported")
        }
        self.method = method
        self.version = version
        target = try RequestTarget(parts[1], method: method.rawValue)
    }

    /// The request that start line and `fields` make, without content.
    ///
    /// - Throws: 400 unless HTTP/1.1 has exactly one Host and it is well formed (§3.2); 417 for an expectation other
    ///   than 100-continue (RFC 9110 §10.1.1).
    func request(with fields: HTTPFields) throws(HTTPError) -> Request {
        let hosts = fields[values: .hostName]
        guard hosts.count == 1 || hosts.isEmpty && version == .http10 else { throw .badRequest("not exactly one Host") }
        var authority = target.authority
        if let host = hosts.first {
            guard let parsed = Authority(host.utf8), !parsed.isEmpty else { throw .badRequest("bad Host") }
            authority = authority ?? parsed.text
        }
        if let expectation = fields[.expect], version == .http11 {
            guard expectation.lowercased() == "100-continue" else {
                throw HTTPError(.expectationFailed, "unknown expectation")
            }
        }
        guard let options = fields.tokens(of: .connection) else { throw .badRequest("bad Connection") }
        let head = HTTPRequest(
            method: method, scheme: nil, authority: authority, path: target.pathAndQuery, headerFields: fields)
        let keepsAlive = !options.contains("close") && (version == .http11 || options.contains("keep-alive"))
        let upgrading = keepsAlive && version == .http11 && options.contains("upgrade")
        return Request(
            head: head, target: target, version: version, body: [], keepsAlive: keepsAlive,
            upgrades: upgrading ? Self.upgrades(fields) : [])
    }

    /// Upgrade's members are `protocol-name ["/" version]` (RFC 9110 §7.8).
    private static func upgrades(_ fields: HTTPFields) -> [String] {
        fields[values: .upgrade].flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
            .map { String(decoding: $0.trimmed, as: UTF8.self).lowercased() }.filter { !$0.isEmpty }
    }
}
