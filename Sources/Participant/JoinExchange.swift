import HTTP1
import HTTPTypes
import OpenSSL
import SDP
import Units

/// One POST of an offer and what came back (RFC 9725 §4).
struct JoinExchange {
    /// What the answer came to.
    enum Outcome {
        case joined(Joined)
        case refused(RefusalNotice)
    }

    struct Joined {
        var negotiated: NegotiatedSession
        /// The path of the media resource.
        var location: String
        /// Public.
        var session: String
        /// Secret: whoever shows it gets the seat.
        var binding: String?
    }

    let credentials: SDP.ICECredentials
    let cname: String
    private let offer: ClientOffer
    private var parser = ResponseParser()

    /// Makes an offer.
    ///
    /// - Parameters:
    ///   - settings: What is sent and received.
    ///   - certificate: The one of the DTLS context.
    ///   - random: Must be fit for cryptography.
    init(_ settings: SessionSettings, certificate: Certificate, random: inout some RandomNumberGenerator) {
        guard let fingerprint = Fingerprint("sha-256 \(certificate.sha256Fingerprint)"),
            let credentials = SDP.ICECredentials(
                fragment: Self.iceText(8, random: &random), password: Self.iceText(24, random: &random))
        else { preconditionFailure("our own fingerprint and credentials are well formed") }
        var plan = OfferPlan(
            sendsMicrophone: settings.sendsMicrophone, camera: settings.camera?.video, layers: settings.layers,
            audioSlots: settings.audioSlots, pictureSlots: settings.pictureSlots, credentials: credentials,
            fingerprint: fingerprint)
        plan.receivedCodecs = settings.receivedCodecs.compactMap(\.video)
        offer = plan.offer(random: &random)
        self.credentials = credentials
        cname = offer.description.media.lazy.compactMap(\.msid).first?.stream ?? "diemcau"
    }

    /// 6 bits of randomness a character (RFC 8445 §5.3 asks for 24 and 128 bits).
    private static func iceText(_ count: Int, random: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return String(decoding: (0..<count).map { _ in alphabet[Int(random.next() >> 58)] }, as: UTF8.self)
    }

    /// The request as it goes on the wire; `nil` when the settings can't be written into one.
    mutating func request(_ settings: SessionSettings, binding: String?) -> [UInt8]? {
        var fields: HTTPFields = [
            .authorization: "Bearer \(settings.token)", .contentType: Self.mediaType, .accept: Self.mediaType,
            .connection: "close",
        ]
        fields[.acceptLanguage] = settings.language
        if let binding, let name = HTTPField.Name(FieldName.binding) { fields[name] = binding }
        if settings.takesOver, let name = HTTPField.Name(FieldName.takeover) { fields[name] = "yes" }
        guard
            let request = try? Request(
                .post, authority: settings.server.authority,
                path: "/v1/rooms/\(settings.room.percentEncoded)/media", fields: fields,
                body: Array(offer.description.description.utf8))
        else { return nil }
        parser.expect(.post)
        return request.serialized
    }

    /// Takes bytes of the response.
    ///
    /// - Returns: `nil` while more are needed.
    /// - Throws: A text for people when the server does not speak HTTP, or its answer is of no use.
    mutating func receive(_ bytes: borrowing RawSpan) throws(ExchangeProblem) -> Outcome? {
        parser.append(bytes)
        do {
            while let event = try parser.next() {
                if case .response(let response, _) = event { return try outcome(of: response) }
            }
            return nil
        } catch let problem as ExchangeProblem {
            throw problem
        } catch {
            throw ExchangeProblem(text: "the server does not speak HTTP: \(error)")
        }
    }

    private func outcome(of response: Response) throws(ExchangeProblem) -> Outcome {
        guard response.status.code == 201 else { return .refused(RefusalNotice(response)) }
        let negotiated: NegotiatedSession
        do {
            negotiated = try offer.read(answer: SessionDescription(parsing: response.body))
        } catch {
            throw ExchangeProblem(text: "the server's answer can't be used: \(error)")
        }
        guard !negotiated.remoteIsDTLSClient, !negotiated.remoteCandidates.isEmpty, !negotiated.sections.isEmpty else {
            throw ExchangeProblem(text: "the server's answer has no address, or lets nothing flow")
        }
        guard let location = response.fields[.location].flatMap(Self.path(of:)) else {
            throw ExchangeProblem(text: "the server's answer does not say where the media resource is")
        }
        return .joined(
            Joined(
                negotiated: negotiated, location: location, session: response.value(of: FieldName.session) ?? "",
                binding: response.value(of: FieldName.binding)))
    }

    /// The path of an absolute or relative URL (RFC 9110 §10.2.2).
    static func path(of location: String) -> String? {
        guard !location.hasPrefix("/") else { return location }
        guard location.lowercased().hasPrefix("https://") else { return nil }
        return location.dropFirst("https://".count).firstIndex(of: "/").map { String(location[$0...]) }
    }

    static let mediaType = "application/sdp"
}

/// Why an exchange came to nothing.
struct ExchangeProblem: Error {
    var text: String
}

/// Fields of our own (design §3: a session is joined by its binding secret).
enum FieldName {
    static let binding = "Diemcau-Binding"
    static let takeover = "Diemcau-Takeover"
    static let session = "Diemcau-Session"
}

extension Response {
    fileprivate func value(of name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }
}

extension RefusalNotice {
    init(_ response: Response) {
        let problem = ProblemDocument(parsing: response.body)
        self.init(
            status: response.status.code, code: problem.code ?? "http-\(response.status.code)",
            detail: problem.detail ?? problem.title ?? "The server answered \(response.status.code).",
            // Delay seconds only (RFC 9110 §10.2.3); a day at most, whatever the server says.
            retryAfter: response.fields[.retryAfter].flatMap { UInt32($0) }.map { .seconds(min($0, 86_400)) })
    }

    /// Whether the same request may fare better later (RFC 9110 §15.5, §15.6).
    var isTemporary: Bool { status >= 500 || [408, 409, 425, 429].contains(status) }

    /// Whether another has the seat for good, or we were sent away (design §3).
    var isReplacement: Bool { code == "replaced" || code == "removed" }
}

extension String {
    /// All but unreserved characters as `%XX` (RFC 3986 §2.3).
    var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
