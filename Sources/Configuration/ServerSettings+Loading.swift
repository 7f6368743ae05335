import Units

extension ServerSettings {
    /// Gathers the settings from all places and checks them.
    ///
    /// - Parameters:
    ///   - file: The settings file; `nil` for none.
    ///   - environment: All variables; those that do not begin with `DIEMCAU_` are ignored.
    ///   - options: Values of the command line's options, in their order.
    ///   - host: What the machine gives.
    /// - Returns: Settings that can be tried.
    /// - Throws: All problems of all places at once.
    package static func load(
        file: String?, environment: [String: String], options: [SettingKey: [String]], host: Host
    ) throws(ConfigurationProblems) -> ServerSettings {
        let problems = ProblemList()
        let text = file.flatMap { TextFile.read($0, key: "config", problems: problems) }
        return try gather(
            text: text, file: file ?? "", environment: environment, options: options, host: host, problems: problems)
    }

    /// The same with the settings file's text, for those who have it already.
    package static func parse(
        _ text: String, file: String, environment: [String: String] = [:], options: [SettingKey: [String]] = [:],
        host: Host
    ) throws(ConfigurationProblems) -> ServerSettings {
        try gather(
            text: text, file: file, environment: environment, options: options, host: host, problems: ProblemList())
    }

    private static func gather(
        text: String?, file: String, environment: [String: String], options: [SettingKey: [String]], host: Host,
        problems: ProblemList
    ) throws(ConfigurationProblems) -> ServerSettings {
        var values: [SettingKey: SettingValue] = [:]
        if let text { values.merge(fileValues(text, file: file, problems: problems)) { $1 } }
        values.merge(environmentValues(environment, problems: problems)) { $1 }
        for (key, texts) in options where !texts.isEmpty {
            values[key] = SettingValue(key: key, texts: texts, place: "--\(key.option)", line: nil)
        }
        var settings = ServerSettings(host: host)
        for key in SettingKey.allCases {
            guard let value = values[key] else { continue }
            settings.set(key, value, problems: problems)
        }
        settings.checkMedia(values, host: host, problems: problems)
        if let error = problems.error { throw error }
        return settings
    }

    private static func fileValues(
        _ text: String, file: String, problems: ProblemList
    ) -> [SettingKey: SettingValue] {
        guard var reader = YAMLFile.reader(text, file: file, problems: problems) else { return [:] }
        var values: [SettingKey: SettingValue] = [:]
        for key in SettingKey.allCases {
            let name = key.rawValue
            if key.isList {
                guard let texts = reader.list(name, allowed: key.allowed, parse: { $0 }) else { continue }
                values[key] = SettingValue(
                    key: key, texts: texts.map(\.value), place: file, line: reader.line(of: name))
            } else if let text = reader.scalars([name])[name] {
                values[key] = SettingValue(key: key, texts: [text.value], place: file, line: text.line)
            }
        }
        reader.finish()
        return values
    }

    private static func environmentValues(
        _ environment: [String: String], problems: ProblemList
    ) -> [SettingKey: SettingValue] {
        var values: [SettingKey: SettingValue] = [:]
        for key in SettingKey.allCases {
            guard let text = environment[key.variable], !text.isEmpty else { continue }
            let texts = key.isList ? text.split(separator: ",").map { String($0).trimmed } : [text]
            values[key] = SettingValue(key: key, texts: texts, place: key.variable, line: nil)
        }
        let known = SettingKey.allCases.map(\.variable)
        for name in environment.keys.sorted()
        where name.hasPrefix(SettingKey.variablePrefix) && !(known + SettingKey.otherVariables).contains(name) {
            problems.add(
                name, nil, name, found: "an unknown variable",
                allowed: NearestName.advice(for: name, known: known))
        }
        return values
    }

    /// Refuses what starts and then carries no media: an address that no client can reach.
    private func checkMedia(_ values: [SettingKey: SettingValue], host: Host, problems: ProblemList) {
        let place = (values[.media] ?? values[.listen]).map { ($0.place, $0.line) } ?? ("defaults", nil)
        func problem(_ found: String, _ allowed: String) {
            problems.add(place.0, place.1, SettingKey.announce.rawValue, found: found, allowed: allowed)
        }
        let flag = "--announce ADDRESS with an address at which clients reach this machine"
        if announce.isEmpty && media.address.isUnspecified {
            problem("nothing while media is bound to \(media.address)", flag)
        } else if !listen.address.isLoopback && candidates.allSatisfy(\.isLoopback) {
            problem("only \(candidates.map(\.description).joined(separator: ", "))", "\(flag), or --media ADDRESS")
        }
        for address in announce where address.isUnspecified {
            problem("\(address)", "addresses that clients can send to")
        }
        // A socket bound to :: takes IPv4 too; any other takes its own family only.
        for address in announce where address.isIPv6 != media.address.isIPv6 && media.address != .anyV6 {
            problem("\(address) while media is bound to \(media.address)", "addresses of its family, or --media ::")
        }
        if media.port != 0, Int(media.port) + loops - 1 > Int(UInt16.max) {
            problems.add(
                place.0, place.1, SettingKey.media.rawValue, found: "port \(media.port) for \(loops) loops",
                allowed: "at most \(Int(UInt16.max) - loops + 1), one port for each loop")
        }
    }
}
