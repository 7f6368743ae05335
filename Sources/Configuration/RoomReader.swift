import Conference
import Units
import Yams

/// Turns a room file as written into a ``RoomDefinition``.
struct RoomReader {
    private let file: String
    private let problems: ProblemList
    /// Gives the text of a roster beside the room file.
    private let rosterText: (String) -> (file: String, text: String?)

    init(file: String, problems: ProblemList, rosterText: @escaping (String) -> (file: String, text: String?)) {
        self.file = file
        self.problems = problems
        self.rosterText = rosterText
    }

    /// - Returns: `nil` when there was a problem.
    func room(_ text: String) -> RoomDefinition? {
        guard var reader = YAMLFile.reader(text, file: file, problems: problems) else { return nil }
        let id = reader.value("id", missing: nil, allowed: Self.idText, parse: RoomID.init)
        let title = reader.value("title", missing: nil, allowed: "1 to 200 characters") { text in
            RoomDefinition.titleLengthRange.contains(text.count) && text.isPrintable ? text : nil
        }
        let mode = reader.value("mode", missing: RoomMode.discussion, allowed: Self.names(RoomMode.self)) {
            RoomMode(rawValue: $0.lowercased())
        }
        let roster = roster(&reader)
        let central = reader.value("central", missing: nil, allowed: "the code of a point", parse: PointCode.init)
        checkCentral(central, in: roster, reader)
        let limits = limits(&reader, rosterCount: roster.entries.count)
        let codecs = codecs(&reader)
        let audioSlots = integer(&reader, "audioSlots", missing: 3, in: RoomDefinition.audioSlotRange)
        let pictureSlots = integer(&reader, "pictureSlots", missing: 3, in: RoomDefinition.pictureSlotRange)
        let program = program(&reader, roster: roster, pictureSlots: pictureSlots)
        let takeover = reader.value("allowPointTakeover", missing: false, allowed: "true or false") {
            ["true": true, "false": false][$0.lowercased()]
        }
        reader.finish()
        guard problems.all.isEmpty, let id, let title, let mode, let central, let limits, let codecs, let audioSlots,
            let pictureSlots, let takeover
        else { return nil }
        return RoomDefinition(
            id: id, title: title, mode: mode, central: central, roster: roster.entries.map(\.value),
            pointLimit: limits.points, observerLimit: limits.observers, uplinkLimit: limits.uplink,
            videoCodecs: codecs, audioSlots: audioSlots, pictureSlots: pictureSlots, programDefault: program,
            allowsPointTakeover: takeover)
    }

    private func integer(
        _ reader: inout MappingReader, _ key: String, missing: Int?, in range: ClosedRange<Int>
    ) -> Int? {
        reader.value(key, missing: missing, allowed: "\(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    // MARK: Roster

    /// The roster, inline as a list or the name of a CSV file.
    private func roster(_ reader: inout MappingReader) -> RosterReader {
        guard let node = reader.node("roster") else {
            reader.add("roster", found: "nothing", allowed: "a list of points, or a CSV file's name")
            return RosterReader(file: file, problems: problems)
        }
        guard let name = node.scalar?.string else { return inlineRoster(node.sequence.map(Array.init), reader) }
        let (rosterFile, text) = rosterText(name)
        var roster = RosterReader(file: rosterFile, problems: problems)
        guard let text else { return roster }
        let before = problems.all.count
        RosterFile.read(text, file: rosterFile, into: &roster, problems: problems)
        if roster.entries.isEmpty && problems.all.count == before {
            problems.add(rosterFile, nil, "roster", found: "no point", allowed: RosterFile.countText)
        }
        roster.finish()
        return roster
    }

    private func inlineRoster(_ nodes: [Node]?, _ reader: MappingReader) -> RosterReader {
        var roster = RosterReader(file: file, problems: problems)
        guard let nodes, RoomDefinition.rosterCountRange.contains(nodes.count) else {
            let found = nodes.map { "\($0.count) points" } ?? "a mapping"
            reader.add("roster", found: found, allowed: RosterFile.countText)
            return roster
        }
        for node in nodes {
            guard let mapping = node.mapping else {
                reader.add("roster", line: node.mark?.line, found: "no keys", allowed: "code, name and kind")
                continue
            }
            var entry = MappingReader(mapping, file: file, prefix: "roster.", problems: problems)
            roster.append(entry.scalars(RosterReader.keys), line: mapping.mark?.line)
            entry.finish()
        }
        roster.finish()
        return roster
    }

    private func checkCentral(_ central: PointCode?, in roster: RosterReader, _ reader: MappingReader) {
        guard let central, !roster.entries.isEmpty else { return }
        guard roster.contains(central) else {
            reader.add("central", found: quoted(central.rawValue), allowed: "a code of the roster")
            return
        }
        // An entry with problems of its own is not among the entries: it has been reported.
        guard let entry = roster.entries.first(where: { $0.value.code == central })?.value else { return }
        if entry.kind != .central {
            reader.add("central", found: "a point of kind \(entry.kind.rawValue)", allowed: "one of kind central")
        }
    }

    // MARK: Limits, codecs, programme

    private func limits(
        _ reader: inout MappingReader, rosterCount: Int
    ) -> (points: Int, observers: Int, uplink: Bitrate)? {
        let usualPoints = max(rosterCount, 1)
        guard var limits = reader.mapping("limits") else { return (usualPoints, 100, .kilobits(2_500)) }
        let points = integer(&limits, "points", missing: usualPoints, in: RoomDefinition.pointLimitRange)
        let observers = integer(&limits, "observers", missing: 100, in: RoomDefinition.observerLimitRange)
        let range = RoomDefinition.uplinkRange
        let kilobits =
            Int(range.lowerBound.bitsPerSecond / 1_000)...Int(range.upperBound.bitsPerSecond / 1_000)
        let uplink = integer(&limits, "uplinkKilobits", missing: 2_500, in: kilobits)
        limits.finish()
        guard let points, let observers, let uplink else { return nil }
        return (points, observers, .kilobits(UInt64(uplink)))
    }

    private func codecs(_ reader: inout MappingReader) -> [VideoCodecName]? {
        let names = Self.names(VideoCodecName.self)
        let list = reader.list("videoCodecs", allowed: names) { VideoCodecName(rawValue: $0.lowercased()) }
        guard let list else { return VideoCodecName.allCases }
        if list.isEmpty { reader.add("videoCodecs", found: "an empty list", allowed: names) }
        checkDistinct(list, "videoCodecs", reader)
        return list.map(\.value)
    }

    private func program(_ reader: inout MappingReader, roster: RosterReader, pictureSlots: Int?) -> [PointCode] {
        guard let list = reader.list("programDefault", allowed: "codes of points", parse: PointCode.init) else {
            return []
        }
        for code in list where !roster.contains(code.value) && !roster.entries.isEmpty {
            reader.add(
                "programDefault", line: code.line, found: quoted(code.value.rawValue), allowed: "a code of the roster")
        }
        checkDistinct(list, "programDefault", reader)
        if let pictureSlots, list.count > pictureSlots {
            reader.add(
                "programDefault", found: "\(list.count) points", allowed: "at most \(pictureSlots), one a picture slot")
        }
        return list.map(\.value)
    }

    private func checkDistinct<Value: Hashable>(_ list: [Located<Value>], _ key: String, _ reader: MappingReader) {
        var seen: Set<Value> = []
        for item in list where !seen.insert(item.value).inserted {
            reader.add(key, line: item.line, found: "\(item.value) a second time", allowed: "each once")
        }
    }

    private static func names<Value: CaseIterable & RawRepresentable<String>>(_ type: Value.Type) -> String {
        Value.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static let idText = "1 to 64 of A-Z a-z 0-9 - _ . beginning with a letter or digit"
}
