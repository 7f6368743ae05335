import BridgeServer
import Conference
import Glibc
import OpenSSL
import Tokens

/// Where a load run's tokens come from.
enum TokenSource {
    case key(TokenIssuer, room: RoomID)
    case list([String: String])

    init(state: String, room: RoomID) throws {
        do throws(ServerError) {
            self = .key(TokenIssuer(key: try StateFolder(state).tokenKey()), room: room)
        } catch {
            try fail("\(error)")
        }
    }

    init(file: String) throws {
        guard let data = Machine.contents(of: file, limit: 64 << 20) else {
            try fail("--tokens: \(file) can't be read")
        }
        var tokens: [String: String] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ",", maxSplits: 1)
            if parts.count == 2 { tokens[String(parts[0])] = String(parts[1].filter { !$0.isWhitespace }) }
        }
        self = .list(tokens)
    }

    func token(of point: PointCode) throws -> String {
        switch self {
        case .list(let tokens):
            guard let token = tokens[point.rawValue] else { try fail("--tokens: none for point \(point)") }
            return token
        case .key(let issuer, let room):
            return try make(issuer, room: room, name: point.rawValue, point: point, role: .point)
        }
    }

    func observerToken(_ number: Int) throws -> String {
        switch self {
        case .list(let tokens):
            guard let token = tokens["observer-\(number + 1)"] ?? tokens["observer"] else {
                try fail("--tokens: none for observer-\(number + 1), nor for observer")
            }
            return token
        case .key(let issuer, let room):
            return try make(issuer, room: room, name: "observer-\(number + 1)", point: nil, role: .observer)
        }
    }

    private func make(
        _ issuer: TokenIssuer, room: RoomID, name: String, point: PointCode?, role: Role
    ) throws -> String {
        var random = SecureRandom()
        let now = time(nil)
        guard let id = TokenID("load-\(String(random.next(), radix: 36))"),
            let token = try? issuer.token(
                for: TokenClaims(
                    tokenID: id, issuedAt: now, expires: now + 86_400, room: room, point: point, role: role,
                    maximumReceivers: nil))
        else { try fail("no token could be made for \(name)") }
        return token
    }
}
