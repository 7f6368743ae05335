import HTTP1
import HTTPTypes

/// The pages: files of the program itself, the same for everybody and without a token.
extension ControlPlane {
    /// Scripts, styles and connections of our own only; nobody may frame a page (CSP Level 3).
    private static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'",
        "media-src 'self' blob:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// - Returns: `nil` when there is no page at that address.
    func page(_ request: Request) throws(ProblemDocument) -> Response? {
        guard let page = settings.pages[request.target.path] else { return nil }
        guard request.method == .get || request.method == .head else { throw .method(allow: "GET, HEAD") }
        var fields = HTTPFields()
        fields[.eTag] = page.entityTag
        // A page and its scripts belong together: each is asked for again, and is mostly a 304.
        fields[.cacheControl] = "no-cache"
        fields[.contentSecurityPolicy] = Self.contentSecurityPolicy
        fields[.xContentTypeOptions] = "nosniff"
        fields[.referrerPolicy] = "no-referrer"
        fields[.permissionsPolicy] = "camera=(self), microphone=(self), display-capture=(self)"
        guard !request.hasTag(page.entityTag) else { return Response(.notModified, fields: fields) }
        fields[.contentType] = page.type
        return Response(.ok, fields: fields, body: page.bytes)
    }
}

extension Request {
    /// Whether the client has the page already: by weak comparison, of a list or `*` (RFC 9110 §13.1.2).
    fileprivate func hasTag(_ tag: String) -> Bool {
        fields[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains { member in
            let known = String(member).trimmingSpaces
            return known == "*" || known == tag || known == "W/" + tag
        }
    }
}
