import HTTP1
import HTTPTypes

/// The DELETE that ends a media resource (RFC 9725 §4.2).
enum LeaveRequest {
    /// - Parameters:
    ///   - location: The resource's path.
    ///   - settings: Whose it is.
    /// - Returns: The request as it goes on the wire; `nil` when the server gave us a path that can't be asked for.
    static func bytes(_ location: String, _ settings: SessionSettings) -> [UInt8]? {
        let fields: HTTPFields = [.authorization: "Bearer \(settings.token)", .connection: "close"]
        let request = try? Request(
            .delete, authority: settings.server.authority, path: location, fields: fields)
        return request?.serialized
    }
}
