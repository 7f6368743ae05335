import Units

/// What was written for one setting, and where.
struct SettingValue {
    var key: SettingKey
    var texts: [String]
    /// File, variable or option.
    var place: String
    var line: Int?

    /// The last value, read by `parse`; `nil` after a problem.
    func one<Value>(_ problems: ProblemList, _ parse: (String) -> Value?) -> Value? {
        guard let text = texts.last, let value = parse(text) else {
            problems.add(place, line, key.rawValue, found: quoted(texts.last ?? ""), allowed: key.allowed)
            return nil
        }
        return value
    }

    /// All values, each read by `parse`, without those that are a problem.
    func all<Value>(_ problems: ProblemList, _ parse: (String) -> Value?) -> [Value] {
        texts.compactMap { text in
            let value = parse(text)
            if value == nil {
                problems.add(place, line, key.rawValue, found: quoted(text), allowed: key.allowed)
            }
            return value
        }
    }
}

extension ServerSettings {
    /// Puts one value in its place; what is not allowed becomes a problem and changes nothing.
    mutating func set(_ key: SettingKey, _ value: SettingValue, problems: ProblemList) {
        func set<Value>(_ place: WritableKeyPath<ServerSettings, Value>, _ parse: (String) -> Value?) {
            if let value = value.one(problems, parse) { self[keyPath: place] = value }
        }
        switch key {
        case .rooms: set(\.rooms, Self.path)
        case .state: set(\.state) { expandingHome($0) }
        case .listen:
            set(\.listen, SocketAddress.init)
            media = listen
        case .media: set(\.media) { mediaAddress($0) }
        case .announce: announce = value.all(problems, IPAddress.init)
        case .metrics:
            set(\.metrics) { text in
                text == "off" ? .some(nil) : SocketAddress(text).map(Optional.some)
            }
        case .loops:
            let auto = loops
            set(\.loops) { $0 == "auto" ? auto : Self.integer($0, in: Self.loopRange) }
        case .certificate: set(\.certificate) { Self.path($0).map(Optional.some) }
        case .certificateKey: set(\.certificateKey) { Self.path($0).map(Optional.some) }
        case .tokenKeys: tokenKeys = value.all(problems, Self.path)
        case .tokenAudience: set(\.tokenAudience) { (1...200).contains($0.count) ? $0 : nil }
        case .crossOrigin: set(\.crossOrigin, Self.truth)
        case .telemetry: set(\.telemetry, Self.truth)
        case .metricsPerPoint: set(\.metricsPerPoint, Self.truth)
        case .maximumConnections: set(\.maximumConnections) { Self.integer($0, in: 1...1_000_000) }
        case .maximumConnectionsPerAddress:
            set(\.maximumConnectionsPerAddress) { Self.integer($0, in: 1...1_000_000) }
        case .requestTimeoutSeconds:
            set(\.requestTimeout) { Self.integer($0, in: 1...600).map { .seconds($0) } }
        case .maximumHeadKibibytes: set(\.maximumHead) { Self.integer($0, in: 1...1_024).map { $0 * 1_024 } }
        case .maximumBodyKibibytes: set(\.maximumBody) { Self.integer($0, in: 16...16_384).map { $0 * 1_024 } }
        }
    }

    private static func truth(_ text: String) -> Bool? { ["true": true, "false": false][text.lowercased()] }

    private static func integer(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func path(_ text: String) -> String? { text.isEmpty || !text.isPrintable ? nil : text }

    /// `~/…` in the user's home: shells do that for options, nobody does for a file.
    private func expandingHome(_ text: String) -> String? {
        guard text.hasPrefix("~/") else { return Self.path(text) }
        return Self.path(home + text.dropFirst(1))
    }

    /// An address alone takes the port of ``listen``.
    private func mediaAddress(_ text: String) -> SocketAddress? {
        if let address = SocketAddress(text) { return address }
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        return IPAddress(bare).map { SocketAddress($0, port: listen.port) }
    }
}
