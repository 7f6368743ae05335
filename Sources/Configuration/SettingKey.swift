/// A setting by the name that it has in the settings file, as a variable and as an option.
package enum SettingKey: String, CaseIterable, Sendable {
    case rooms, state, listen, media, announce, metrics, loops
    case certificate, certificateKey, tokenKeys, tokenAudience, crossOrigin
    case maximumConnections, maximumConnectionsPerAddress, requestTimeoutSeconds, maximumHeadKibibytes
    case maximumBodyKibibytes, telemetry, metricsPerPoint

    /// `requestTimeoutSeconds` as `request-timeout-seconds`, for `--`.
    package var option: String { words("-") }
    /// `requestTimeoutSeconds` as `DIEMCAU_REQUEST_TIMEOUT_SECONDS`.
    package var variable: String { Self.variablePrefix + words("_").uppercased() }

    static let variablePrefix = "DIEMCAU_"
    /// Variables of the clients and of the tests, which are none of a server's settings.
    static let otherVariables = ["DIEMCAU_URL", "DIEMCAU_TOKEN", "DIEMCAU_CA", "DIEMCAU_FUZZ"]

    private func words(_ separator: Character) -> String {
        rawValue.reduce(into: "") { name, letter in
            if letter.isUppercase { name.append(separator) }
            name += letter.lowercased()
        }
    }

    /// What it may be, in words.
    package var allowed: String {
        switch self {
        case .rooms, .state: "a folder"
        case .listen: "ADDRESS:PORT, an IPv6 address in brackets"
        case .media: "ADDRESS or ADDRESS:PORT, an IPv6 address in brackets"
        case .announce: "IP addresses"
        case .metrics: "ADDRESS:PORT, or off"
        case .loops: "auto, or 1 to 64"
        case .certificate, .certificateKey: "a PEM file"
        case .tokenKeys: "PEM files"
        case .tokenAudience: "1 to 200 characters"
        case .crossOrigin, .telemetry, .metricsPerPoint: "true or false"
        case .maximumConnections, .maximumConnectionsPerAddress: "1 to 1000000"
        case .requestTimeoutSeconds: "1 to 600"
        case .maximumHeadKibibytes: "1 to 1024"
        case .maximumBodyKibibytes: "16 to 16384"
        }
    }

    /// Whether several values may stand there: a list in the file, commas in a variable, an option given often.
    var isList: Bool {
        switch self {
        case .announce, .tokenKeys: true
        case .rooms, .state, .listen, .media, .metrics, .loops, .certificate, .certificateKey, .tokenAudience,
            .crossOrigin, .maximumConnections, .maximumConnectionsPerAddress, .requestTimeoutSeconds,
            .maximumHeadKibibytes, .maximumBodyKibibytes, .telemetry, .metricsPerPoint:
            false
        }
    }
}
