import HTTPTypes

extension HTTPField.Name {
    /// `Host`, which HTTPTypes keeps for ``HTTPRequest/authority`` alone; HTTP/1.1 carries it as a field all the same.
    static let hostName: HTTPField.Name = {
        guard let name = HTTPField.Name("Host") else { preconditionFailure("Host is a token") }
        return name
    }()
}
