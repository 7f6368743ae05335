import Units

extension SessionDescription: CustomStringConvertible {
    /// The text, in the order of RFC 8866 §5, lines ended by CR LF.
    package var description: String {
        var lines = ["v=0", "o=\(origin)", "s=\(name)", "t=0 0"]
        lines += attributes.map(\.line)
        for section in media { lines += section.lines }
        return lines.map { $0 + "\r\n" }.joined()
    }
}

extension MediaDescription {
    var lines: [String] {
        var lines = ["m=\(media) \(port) \(transport) \(formats.joined(separator: " "))"]
        if let connection { lines.append("c=\(connection)") }
        if let bandwidth { lines.append("b=TIAS:\(bandwidth.bitsPerSecond)") }
        return lines + attributes.map(\.line)
    }
}

extension Attribute {
    var line: String { value.map { "a=\(name):\($0)" } ?? "a=\(name)" }
}
