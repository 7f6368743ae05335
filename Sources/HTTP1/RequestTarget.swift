import HTTPTypes

/// What a request is about: the path and query of its target (RFC 9112 §3.2).
package struct RequestTarget: Equatable, Sendable {
    /// Percent-encoded as received, beginning with "/"; "*" for the asterisk form.
    package var path: String
    /// Without the "?"; `nil` when there is none.
    package var query: String?
    /// The authority of an absolute-form target, which counts for more than Host (§3.2.2).
    package var authority: String?

    /// Path segments, percent-decoded; the slash in front gives none.
    ///
    /// - Returns: `nil` when a segment is not UTF-8, is "." or "..", or holds a slash or a control character: no route of
    ///   ours has such, and decoding twice somewhere else would change its meaning.
    package var segments: [String]? {
        guard path.hasPrefix("/") else { return nil }
        var segments: [String] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = Self.percentDecoded(part), text != ".", text != ".." else { return nil }
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }) else { return nil }
            segments.append(text)
        }
        return segments
    }

    /// Reads a target.
    ///
    /// - Parameters:
    ///   - bytes: The middle part of the request line.
    ///   - method: CONNECT alone has the authority form, which we do not serve; OPTIONS alone the asterisk form.
    /// - Throws: 400, or 501 for CONNECT.
    init(_ bytes: ArraySlice<UInt8>, method: String) throws(HTTPError) {
        guard method != "CONNECT" else { throw HTTPError(.notImplemented, "CONNECT is not served") }
        if bytes.elementsEqual([UInt8(ascii: "*")]) {
            guard method == "OPTIONS" else { throw .badRequest("asterisk form without OPTIONS") }
            path = "*"
            return
        }
        var rest = bytes
        if let scheme = ["http://", "https://"].first(where: { Self.begins(bytes, with: $0) }) {
            rest = bytes.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let authority = Authority(rest[..<end])
            guard let authority, !authority.isEmpty else { throw .badRequest("bad authority in the target") }
            self.authority = authority.text
            rest = rest[end...]
        } else {
            guard rest.first == UInt8(ascii: "/") else { throw .badRequest("bad request target") }
        }
        guard Self.isPathOrQuery(rest) else { throw .badRequest("bad request target") }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        path = mark == rest.startIndex ? "/" : String(decoding: rest[..<mark], as: UTF8.self)
        query = mark == rest.endIndex ? nil : String(decoding: rest[(mark + 1)...], as: UTF8.self)
    }

    /// The first value of a query parameter, percent-decoded; `nil` when it is missing or no UTF-8.
    package func queryValue(_ name: String) -> String? {
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, Self.percentDecoded(key) == name else { continue }
            return parts.count == 2 ? Self.percentDecoded(parts[1]) : ""
        }
        return nil
    }

    /// Path and query as they go on the wire.
    var pathAndQuery: String { query.map { "\(path)?\($0)" } ?? path }

    private static func begins(_ bytes: ArraySlice<UInt8>, with scheme: String) -> Bool {
        // Schemes have no case (RFC 3986 §3.1).
        String(decoding: bytes.prefix(scheme.utf8.count), as: UTF8.self).lowercased() == scheme
    }

    private static func isPathOrQuery(_ bytes: ArraySlice<UInt8>) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%") {
                let digits = bytes[(index + 1)...].prefix(2)
                guard digits.count == 2, digits.allSatisfy({ $0.hexValue != nil }) else { return false }
                index += 2
            } else if !bytes[index].isPathOrQuery {
                return false
            }
            index += 1
        }
        return true
    }

    /// The text that percent-encoded UTF-8 stands for, or `nil` when it is none (RFC 3986 §2.1).
    package static func percentDecoded(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
