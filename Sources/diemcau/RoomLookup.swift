import BridgeClient
import FoundationEssentials
import HTTP1
import HTTPTypes
import OpenSSL
import Participant

/// What a joined point asks the server about its room beside its media.
struct RoomLookup: Sendable {
    var server: ServerAddress
    var room: String
    var token: String
    var trust: TLSClientContext.Trust

    private struct RosterAnswer: Decodable {
        struct Point: Decodable {
            var code: String
            var name: String
        }
        var points: [Point]
    }

    /// The name of a point, if the server tells.
    func name(of code: String) async -> String? {
        let answer: RosterAnswer? = await get("/roster")
        return answer?.points.first { $0.code == code }?.name
    }

    private func get<Answer: Decodable>(_ path: String) async -> Answer? {
        var fields = HTTPFields()
        fields[.authorization] = "Bearer \(token)"
        fields[.connection] = "close"
        // Ids that would have to be percent-encoded are not looked up: this is for comfort only.
        guard
            let request = try? Request(
                .get, authority: server.authority, path: "/v1/rooms/\(room)\(path)", fields: fields),
            let response = try? await SingleRequest.send(request, to: server, trust: trust),
            response.status.kind == .successful
        else { return nil }
        return try? JSONDecoder().decode(Answer.self, from: Data(response.body))
    }
}
