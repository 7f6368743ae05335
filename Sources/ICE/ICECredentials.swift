/// A user fragment and its password (RFC 8445 §5.3).
package struct ICECredentials: Hashable, Sendable {
    /// 4 … 256 ice-chars; ours has 8.
    package var fragment: String
    /// 22 … 256 ice-chars; ours has 24.
    package var password: String

    /// Takes what a session description says.
    ///
    /// - Returns: `nil` when it breaks the grammar (RFC 8839 §5.4).
    package init?(fragment: some StringProtocol, password: some StringProtocol) {
        guard (4...256).contains(fragment.utf8.count), fragment.utf8.allSatisfy(Self.isAllowed),
            (22...256).contains(password.utf8.count), password.utf8.allSatisfy(Self.isAllowed)
        else { return nil }
        self.fragment = String(fragment)
        self.password = String(password)
    }

    private init(uncheckedFragment fragment: String, password: String) {
        self.fragment = fragment
        self.password = password
    }

    /// New ones: 48 bits of name and 144 of secret (RFC 8445 §5.3 asks for 24 and 128).
    ///
    /// - Parameter random: Must be fit for cryptography.
    /// - Returns: Credentials of 8 and 24 ice-chars.
    package static func make(using random: inout some RandomNumberGenerator) -> ICECredentials {
        func text(_ count: Int) -> String {
            String(decoding: (0..<count).map { _ in alphabet[Int(random.next() >> 58)] }, as: UTF8.self)
        }
        let fragment = text(8)
        return ICECredentials(uncheckedFragment: fragment, password: text(24))
    }

    /// The 64 ice-chars (RFC 8839 §5.4).
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
