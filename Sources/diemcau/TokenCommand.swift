import ArgumentParser
import BridgeServer
import Conference
import Configuration
import Glibc
import OpenSSL
import Tokens

/// `diemcau token`: prints a token made with the server's key.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a token for one room, and prints it.",
        discussion: "Exits with 0, or with 1 and one line when the key can't be read or a code is none.")

    @Option(help: "The server's state folder, which holds its key.") var state: String?
    @Option(help: "The room's id.") var room: String
    @Option(name: .customLong("as"), help: "The code of the bridge point; roles without a seat have none.")
    var point: String?
    @Option(help: "point, chair, operator, observer or technician.") var role = "point"
    @Option(name: .customLong("for"), help: "How long it is good: 90s, 30m, 12h, 7d.") var lifetime = "12h"
    @Option(help: "For observers: how many receivers may use it at once.") var receivers: Int?

    func run() throws {
        let folder = try StateFolder(state ?? Machine.settings(file: nil, options: [:]).state)
        guard let roomID = RoomID(room) else { try fail("--room: \(room) is no room id") }
        guard let role = Role(rawValue: role) else {
            try fail("--role: \(role) is none of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let code = point.flatMap { PointCode($0) }
        if point != nil, code == nil { try fail("--as: \(point ?? "") is no point's code") }
        if role.holdsSeat, code == nil { try fail("--as: role \(role.rawValue) needs the code of its bridge point") }
        guard let seconds = Span.seconds(lifetime) else { try fail("--for: \(lifetime) is no duration such as 12h") }
        let now = time(nil)
        var random = SecureRandom()
        let id = String(random.next(), radix: 36) + String(random.next(), radix: 36)
        guard let tokenID = TokenID(id) else { try fail("no token id could be made") }
        let claims = TokenClaims(
            tokenID: tokenID, issuedAt: now, expires: now + seconds, room: roomID, point: role.holdsSeat ? code : nil,
            role: role, maximumReceivers: receivers)
        do throws(ServerError) {
            let key = try folder.tokenKey()
            guard let token = try? TokenIssuer(key: key).token(for: claims) else { throw ServerError("can't sign") }
            print(token)
        } catch {
            try fail("\(error)")
        }
    }
}
