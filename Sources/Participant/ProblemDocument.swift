import FoundationEssentials

/// What an error response says (RFC 9457 §3), as far as we read it.
struct ProblemDocument: Decodable {
    var code: String?
    var title: String?
    var detail: String?

    /// Reads a body; anything that is no such document says nothing.
    init(parsing body: [UInt8]) {
        self = (try? JSONDecoder().decode(ProblemDocument.self, from: Data(body))) ?? ProblemDocument()
    }

    private init() {}
}
