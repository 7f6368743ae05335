package import HTTPTypes

/// Collects the field lines of a head or a trailer section (RFC 9112 §5).
struct FieldSection: Sendable {
    private(set) var fields = HTTPFields()

    /// Adds one line.
    ///
    /// - Throws: 400 for whitespace before the colon (§5.1), a folded line (§5.2), a name that is no token; 431 for more
    ///   than `limit` lines.
    mutating func append(_ line: [UInt8], limit: Int) throws(HTTPError) {
        guard fields.count < limit else { throw HTTPError(.requestHeaderFieldsTooLarge, "too many fields") }
        guard line.first?.isWhitespace == false else { throw .badRequest("folded field line") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .badRequest("field without a colon") }
        let name = line[..<colon]
        guard name.isToken, let fieldName = HTTPField.Name(String(decoding: name, as: UTF8.self)) else {
            throw .badRequest("field name is not a token")
        }
        fields.append(HTTPField(name: fieldName, value: line[(colon + 1)...].trimmed))
    }
}

extension HTTPFields {
    /// The members of a comma-separated field of tokens, in lower case, over all its lines (RFC 9110 §5.6.1).
    ///
    /// - Returns: `nil` when a member is no token; empty members are skipped as the standard asks.
    package func tokens(of name: HTTPField.Name) -> [String]? {
        var tokens: [String] = []
        for value in self[values: name] {
            for member in value.utf8.split(separator: UInt8(ascii: ",")) {
                let token = member.trimmed
                if token.isEmpty { continue }
                guard token.isToken else { return nil }
                tokens.append(String(decoding: token, as: UTF8.self).lowercased())
            }
        }
        return tokens
    }
}
