package import HTTPTypes

extension Request {
    /// A request that a client sends.
    ///
    /// - Parameters:
    ///   - method: Any but CONNECT.
    ///   - authority: Host and port of the server as its URL has them.
    ///   - path: Path and query, percent-encoded, beginning with "/".
    ///   - fields: Host and Content-Length are added by ``serialized``.
    ///   - body: The content.
    /// - Throws: 400 when `path` or `authority` would not be read back as what it is.
    package init(
        _ method: HTTPRequest.Method, authority: String, path: String, fields: HTTPFields = [:], body: [UInt8] = []
    ) throws(HTTPError) {
        let target = try RequestTarget(Array(path.utf8)[...], method: method.rawValue)
        guard let host = Authority(authority.utf8), !host.isEmpty else { throw .badRequest("bad authority") }
        guard let options = fields.tokens(of: .connection) else { throw .badRequest("bad Connection") }
        let head = HTTPRequest(
            method: method, scheme: nil, authority: host.text, path: path, headerFields: fields)
        self.init(
            head: head, target: target, version: .http11, body: body, keepsAlive: !options.contains("close"),
            upgrades: [])
    }

    /// The request as it goes on the wire, HTTP/1.1 with Host first and Content-Length where it means something
    /// (RFC 9110 §8.6).
    package var serialized: [UInt8] {
        var lines = MessageLines("\(head.method.rawValue) \(head.path ?? "/") \(MessageVersion.http11.rawValue)")
        lines.append(.hostName, head.authority ?? "")
        lines.append(fields, except: [.hostName, .contentLength, .transferEncoding])
        let expectsContent = [.post, .put, .patch].contains(method)
        if !body.isEmpty || expectsContent { lines.append(.contentLength, "\(body.count)") }
        return lines.end(with: body)
    }
}
