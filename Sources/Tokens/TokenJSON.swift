/// A token's header as JSON (RFC 7515 §4.1).
///
/// Keys that a header itself brings or points to (`jwk`, `jku`, `x5c`, `x5u`) are not even read (RFC 8725 §3.10).
struct TokenHeader: Codable, Sendable {
    var alg: String
    var kid: String?
    var typ: String?
    /// Extensions that a reader must understand (§4.1.11); we understand none.
    var crit: [String]?
}

/// A token's claims as JSON.
struct TokenPayload: Codable, Sendable {
    /// One or several (RFC 7519 §4.1.3); written as one.
    struct Audience: Codable, Sendable {
        var all: [String]

        init(_ audience: String) { all = [audience] }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                all = [one]
            } else {
                all = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if all.count == 1 { try container.encode(all[0]) } else { try container.encode(all) }
        }
    }

    var jti: String
    var aud: Audience
    var iat: Double
    var exp: Double
    var nbf: Double?
    var room: String
    var point: String?
    var role: String
    var receivers: Int?
}
