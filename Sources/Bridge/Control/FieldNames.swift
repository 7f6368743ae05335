import HTTPTypes

/// Fields that swift-http-types does not name.
extension HTTPField.Name {
    static let session = known("Diemcau-Session")
    static let binding = known("Diemcau-Binding")
    static let takeover = known("Diemcau-Takeover")
    /// RFC 5789 §3.1.
    static let acceptPatch = known("Accept-Patch")
    /// W3C Linked Data Platform §7.1.
    static let acceptPost = known("Accept-Post")
    static let referrerPolicy = known("Referrer-Policy")
    static let permissionsPolicy = known("Permissions-Policy")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a token") }
        return field
    }
}
