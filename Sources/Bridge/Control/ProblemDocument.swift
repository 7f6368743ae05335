import Conference
import FoundationEssentials
import HTTP1
import HTTPTypes
import SDP
import Units
import WebSocket

/// An error as clients get it (RFC 9457), with our stable `code`.
struct ProblemDocument: Error, Encodable {
    var status: Int
    var code: String
    var detail: String
    /// Whole seconds; also goes into `Retry-After`.
    var retryAfter: Int?
    var allow: String?
    /// What a refused handshake must say besides, such as the protocol to upgrade to.
    private var handshakeFields = HTTPFields()
    /// What it says, where that can be said in another language.
    private var refusal: Refusal?

    enum CodingKeys: String, CodingKey { case status, code, detail, title, type }

    init(_ status: Int, _ code: String, _ detail: String, retryAfter: Int? = nil, allow: String? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
        self.allow = allow
    }

    init(_ refusal: Refusal, in language: Language = .en) {
        let seconds = refusal.retryAfter.map { Int($0.inSeconds.rounded(.up)) }
        self.init(refusal.status, refusal.code, refusal.text(in: language), retryAfter: seconds)
        self.refusal = refusal
    }

    /// The same in the language that the client prefers, where it says so.
    func translated(for request: Request) -> ProblemDocument {
        guard let refusal, request.fields[.acceptLanguage] != nil else { return self }
        return ProblemDocument(refusal, in: Language(preferredBy: request))
    }

    init(_ refusal: HandshakeRefusal) {
        self.init(refusal.status.code, "bad-handshake", "\(refusal.reason)")
        handshakeFields = refusal.fields
    }

    init(_ refusal: AnswerRefusal) { self.init(refusal.status, refusal.code, refusal.text) }

    static let notFound = ProblemDocument(404, "not-found", "There is nothing at this address.")
    static let noResource = ProblemDocument(
        404, "no-such-session", "This media session has ended. Join again with a new offer.")

    static let otherOrigin = ProblemDocument(
        403, "other-origin", "Pages of other origins may not use this server.")

    static func method(allow: String) -> ProblemDocument {
        ProblemDocument(405, "method-not-allowed", "This address takes \(allow).", allow: allow)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("urn:diemcau:problem:\(code)", forKey: .type)
        try container.encode(HTTPResponse.Status(integerLiteral: status).reasonPhrase, forKey: .title)
        try container.encode(status, forKey: .status)
        try container.encode(code, forKey: .code)
        try container.encode(detail, forKey: .detail)
    }

    var response: Response {
        var fields = handshakeFields
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        if status == 401 {
            fields[.wwwAuthenticate] =
                code == "token-missing"
                ? "Bearer realm=\"diemcau\"" : "Bearer realm=\"diemcau\", error=\"invalid_token\""
        }
        if let retryAfter { fields[.retryAfter] = "\(retryAfter)" }
        if let allow { fields[.allow] = allow }
        return Response(HTTPResponse.Status(integerLiteral: status), fields: fields, body: JSON.encode(self))
    }
}

/// The one way JSON is written.
enum JSON {
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values of our own types always encode; an empty object is what a client gets should one ever not.
        return (try? encoder.encode(value)).map(Array.init) ?? Array("{}".utf8)
    }

    static func response(_ value: some Encodable) -> Response { response(encoded: encode(value)) }

    /// The same for what is JSON already.
    static func response(encoded: [UInt8]) -> Response {
        var fields = HTTPFields()
        fields[.contentType] = "application/json"
        fields[.cacheControl] = "no-store"
        return Response(.ok, fields: fields, body: encoded)
    }
}
