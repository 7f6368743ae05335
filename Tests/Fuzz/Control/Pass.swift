import Conference
import OpenSSL
import Tokens

/// Somebody's token, made once: signing takes longer than a step.
struct Pass: Sendable {
    let text: String
    let role: Role
    let point: String?

    private static let key: SigningKey = {
        guard let key = try? SigningKey() else { fatalError("no key") }
        return key
    }()

    static let verifier = TokenVerifier(keys: [key.verifyingKey])

    private static let all: [Pass] = [
        Pass(.chair, "p0"), Pass(.point, "p1"), Pass(.point, "p1", id: "second"), Pass(.point, "p2"),
        Pass(.point, "p3"), Pass(.point, "p4"), Pass(.operator), Pass(.technician), Pass(.observer, receivers: 1),
        Pass(.observer, "p1", id: "watcher"), Pass(.point, "p1", id: "short", expires: 1_800_000_020),
        Pass(.operator, id: "late", expires: 1_800_000_005), Pass(.point, "p2", id: "other", room: "q"),
        Pass(.point, id: "nobody"), Pass(.chair, "p2"), Pass(.point, "p9"),
    ]

    private static let byText = Dictionary(all.map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first })

    static func token(_ choice: UInt8) -> Pass { all[Int(choice) % all.count] }

    /// Whose token an `Authorization` is; `nil` for none of ours.
    static func holder(_ authorization: String) -> Pass? {
        byText[String(authorization.split(separator: " ").last ?? "")]
    }

    private init(
        _ role: Role, _ point: String? = nil, id: String? = nil, room: String = "r", expires: Int = 1_900_000_000,
        receivers: Int? = nil
    ) {
        self.role = role
        self.point = role.holdsSeat ? point : nil
        guard let tokenID = TokenID(id ?? "\(role)-\(point ?? "")"), let room = RoomID(room),
            let token = try? TokenIssuer(key: Self.key).token(
                for: TokenClaims(
                    tokenID: tokenID, issuedAt: 1_799_999_000, expires: expires, room: room,
                    point: point.flatMap { PointCode($0) }, role: role, maximumReceivers: receivers))
        else { fatalError("no token") }
        text = token
    }

    /// Sound and a picture, either way.
    static func offer(sends: Bool, receives: Bool) -> String {
        let direction = sends ? receives ? "sendrecv" : "sendonly" : "recvonly"
        let fingerprint = Array(repeating: "CD", count: 32).joined(separator: ":")
        let common =
            "c=IN IP4 0.0.0.0\r\na=ice-ufrag:fuzz\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n"
            + "a=fingerprint:sha-256 \(fingerprint)\r\na=rtcp-mux\r\na=\(direction)\r\n"
        return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
            + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\(common)a=mid:0\r\na=rtpmap:111 opus/48000/2\r\n"
            + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n\(common)a=mid:1\r\na=rtpmap:96 VP8/90000\r\n"
    }
}
