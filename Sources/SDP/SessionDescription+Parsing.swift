import Units

extension SessionDescription {
    /// Reads a session description, and copes with what browsers write (RFC 8866 §5).
    ///
    /// Bounded in everything: time and memory grow no faster than `bytes`, of which at most ``maximumSize`` are read.
    /// CR LF and bare LF end lines; empty lines are read over.
    ///
    /// - Throws: ``SDPError`` for the first thing that is wrong.
    package init(parsing bytes: some Collection<UInt8>) throws(SDPError) {
        self = try Self.read(bytes, requiresVersion: true)
    }

    package init(parsing text: String) throws(SDPError) { try self.init(parsing: text.utf8) }

    /// Reads a description, or with `requiresVersion` false a fragment of one (RFC 8840 §9).
    static func read(_ bytes: some Collection<UInt8>, requiresVersion: Bool) throws(SDPError) -> SessionDescription {
        let size = bytes.count
        guard size <= maximumSize else { throw SDPError(.tooLarge(bytes: size), line: 0) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SDPError(.notUTF8, line: 0) }

        var description = SessionDescription(origin: "")
        var isFirst = true
        let lines = text.utf8.split(separator: 10, maxSplits: maximumLines, omittingEmptySubsequences: false)
        for (index, raw) in lines.enumerated() {
            do throws(SDPError.Problem) {
                guard index < maximumLines else { throw .tooMany("lines", limit: maximumLines) }
                guard let (type, value) = try lineParts(raw) else { continue }
                if isFirst, requiresVersion {
                    guard type == UInt8(ascii: "v"), value == "0" else { throw .noVersion }
                }
                isFirst = false
                try description.take(type, value)
            } catch {
                throw SDPError(error, line: index + 1)
            }
        }
        guard !isFirst else { throw SDPError(.noVersion, line: 0) }
        return description
    }

    /// Type and value of one line; `nil` for an empty one.
    private static func lineParts(
        _ raw: Substring.UTF8View
    ) throws(SDPError.Problem) -> (type: UInt8, value: Substring)? {
        let line = raw.last == 13 ? raw.dropLast() : raw
        guard let type = line.first else { return nil }
        guard line.count <= maximumLineLength else { throw .lineTooLong(limit: maximumLineLength) }
        guard line.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else { throw .controlCharacter }
        guard (97...122).contains(type), line.dropFirst().first == UInt8(ascii: "=") else { throw .notALine }
        return (type, Substring(line.dropFirst(2)))
    }

    private mutating func take(_ type: UInt8, _ value: Substring) throws(SDPError.Problem) {
        switch type {
        case UInt8(ascii: "o"): origin = String(value)
        case UInt8(ascii: "s"): name = String(value)
        case UInt8(ascii: "m"):
            guard media.count < Self.maximumSections else {
                throw .tooMany("sections", limit: Self.maximumSections)
            }
            media.append(try MediaDescription(parsing: value))
        case UInt8(ascii: "c") where !media.isEmpty: media[media.count - 1].connection = String(value)
        case UInt8(ascii: "b") where !media.isEmpty: media[media.count - 1].takeBandwidth(value)
        case UInt8(ascii: "a"):
            let attribute = try Attribute(parsing: value)
            if media.isEmpty {
                try attributes.appendBounded(attribute)
            } else {
                try media[media.count - 1].attributes.appendBounded(attribute)
            }
        default: break
        }
    }
}

extension MediaDescription {
    /// Reads `KIND PORT[/COUNT] PROTOCOL FORMAT…`.
    fileprivate init(parsing value: Substring) throws(SDPError.Problem) {
        let words = value.words
        guard words.count >= 4, words[0].isToken, words[0].utf8.count <= 32, words[2].utf8.count <= 64,
            words.count - 3 <= Self.maximumFormats, let port = UInt16(decimal: words[1].cut(at: "/").head.utf8)
        else { throw .badMediaLine }
        self.init(
            media: String(words[0]), port: port, transport: String(words[2]),
            formats: words.dropFirst(3).map(String.init))
    }

    /// There are 128 payload types.
    private static var maximumFormats: Int { 128 }

    fileprivate mutating func takeBandwidth(_ value: Substring) {
        let (kind, tail) = value.cut(at: ":")
        guard kind == "TIAS", let bits = tail.flatMap({ UInt64(decimal: $0.utf8) }) else { return }
        bandwidth = Bitrate(bitsPerSecond: bits)
    }
}

extension Attribute {
    fileprivate init(parsing text: Substring) throws(SDPError.Problem) {
        let (name, value) = text.cut(at: ":")
        guard name.isToken else { throw .badAttribute(String(name.prefix(32))) }
        // Chromium writes "msid-semantic: WMS".
        self.init(String(name), value.map { String($0.trimmed) })
    }
}

extension [Attribute] {
    fileprivate mutating func appendBounded(_ attribute: Attribute) throws(SDPError.Problem) {
        guard count < SessionDescription.maximumAttributesPerSection else {
            throw .tooMany("attributes in a section", limit: SessionDescription.maximumAttributesPerSection)
        }
        append(attribute)
    }
}
