import FoundationEssentials

/// Reads files that people write.
enum TextFile {
    /// Ours: ten times the roster of the whole country.
    static let maximumSize = 8 << 20

    /// The text of the file at `path`, without a byte order mark.
    ///
    /// - Returns: `nil` when it cannot be read, is too large or is not UTF-8, which `problems` then says.
    static func read(_ path: String, key: String, problems: ProblemList) -> String? {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            problems.add(path, nil, key, found: "no readable file", allowed: "a file that can be read")
            return nil
        }
        guard data.count <= maximumSize else {
            problems.add(path, nil, key, found: "\(data.count) bytes", allowed: "at most \(maximumSize) bytes")
            return nil
        }
        let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
        guard let text = String(validating: bytes, as: UTF8.self) else {
            problems.add(path, nil, key, found: "another encoding", allowed: "UTF-8")
            return nil
        }
        return text
    }
}
