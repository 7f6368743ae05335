extension MediaDescription {
    /// The codecs of the `m=` line, in its order, which is the order of preference (RFC 8866 §5.14).
    ///
    /// One pass over the attributes, in whatever order they stand (Firefox writes `fmtp` before `rtpmap`, and
    /// `rtcp-fb` for types that are not in the line). Left out are types without an `rtpmap` and 64 … 95, which
    /// cannot be told from RTCP on one port (RFC 5761 §4).
    package var codecs: [Codec] {
        var maps: [UInt8: Codec] = [:]
        var parameters: [UInt8: [String: String]] = [:]
        var feedback: [UInt8: [String]] = [:]
        var feedbackOfAll: [String] = []
        for attribute in attributes {
            guard let (head, tail) = attribute.value?.cut(at: " "), let tail else { continue }
            let type = UInt8(decimal: head.utf8)
            switch (attribute.name, type) {
            case ("rtpmap", let type?) where maps[type] == nil: maps[type] = Codec(payloadType: type, map: tail)
            case ("fmtp", let type?): parameters[type] = Self.parameters(in: tail)
            case ("rtcp-fb", let type?): feedback[type, default: []].append(String(tail.trimmed))
            case ("rtcp-fb", nil) where head == "*": feedbackOfAll.append(String(tail.trimmed))
            default: continue
            }
        }
        var seen: Set<UInt8> = []
        return formats.compactMap { format in
            guard let type = UInt8(decimal: format.utf8), type < 64 || (96...127).contains(type),
                var codec = maps[type], seen.insert(type).inserted
            else { return nil }
            codec.parameters = parameters[type] ?? [:]
            codec.feedback = (feedback[type] ?? []) + feedbackOfAll
            return codec
        }
    }

    /// `key=value;key=value`; what has no `=` (telephone events, RED) is no parameter.
    private static func parameters(in text: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in text.split(on: ";").prefix(maximumParameters) {
            let (key, value) = part.cut(at: "=")
            guard let value else { continue }
            parameters[key.trimmed.lowercased()] = String(value.trimmed)
        }
        return parameters
    }

    private static let maximumParameters = 64

    /// Appends the lines of one payload type.
    mutating func add(_ codec: Codec, parameters: String? = nil) {
        let channels = codec.channels > 1 ? "/\(codec.channels)" : ""
        add("rtpmap", "\(codec.payloadType) \(codec.name)/\(codec.clockRate)\(channels)")
        for kind in codec.feedback { add("rtcp-fb", "\(codec.payloadType) \(kind)") }
        if let parameters { add("fmtp", "\(codec.payloadType) \(parameters)") }
    }
}

extension Codec {
    /// Reads what follows the payload type in an `rtpmap` line: `NAME/RATE[/CHANNELS]`.
    fileprivate init?(payloadType: UInt8, map: Substring) {
        let parts = map.trimmed.split(on: "/")
        guard (2...3).contains(parts.count), parts[0].isToken, parts[0].utf8.count <= 64,
            let rate = UInt32(decimal: parts[1].utf8), rate > 0
        else { return nil }
        let channels = parts.count == 3 ? UInt8(decimal: parts[2].utf8) : 1
        guard let channels, channels > 0 else { return nil }
        self.init(payloadType: payloadType, name: String(parts[0]), clockRate: rate, channels: channels)
    }
}
