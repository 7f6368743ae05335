/// `host [ ":" port ]` as Host and an absolute-form target carry it (RFC 9110 §7.2, RFC 3986 §3.2).
///
/// User information is refused (RFC 9110 §4.2.4).
package struct Authority: Equatable, Sendable {
    /// In lower case; an IPv6 address keeps its brackets.
    package var host: String
    package var port: UInt16?

    var isEmpty: Bool { host.isEmpty }
    package var text: String { port.map { "\(host):\($0)" } ?? host }

    /// - Returns: `nil` when `text` is not of that form.
    package init?(_ text: some BidirectionalCollection<UInt8>) {
        var name = text[...]
        port = nil
        let close = text.lastIndex(of: UInt8(ascii: "]"))
        if let colon = text.lastIndex(of: UInt8(ascii: ":")), close.map({ $0 < colon }) ?? true {
            let digits = text[text.index(after: colon)...]
            name = text[..<colon]
            if !digits.isEmpty {
                guard digits.count <= 5, let number = digits.decimalNumber, let port = UInt16(exactly: number) else {
                    return nil
                }
                self.port = port
            }
        }
        guard Self.isHost(name) else { return nil }
        host = String(decoding: name, as: UTF8.self).lowercased()
    }

    private static func isHost(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        guard name.first == UInt8(ascii: "[") else { return name.allSatisfy(\.isRegisteredName) }
        let inside = name.dropFirst().dropLast()
        return name.last == UInt8(ascii: "]") && inside.count >= 2 && inside.count <= 45
            && inside.allSatisfy { $0.hexValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    }
}
