import Yams

/// One YAML document whose top is a mapping.
enum YAMLFile {
    /// A reader of `text`.
    ///
    /// - Returns: `nil` when it is not YAML or no mapping, which `problems` then says with the line.
    static func reader(_ text: String, file: String, problems: ProblemList) -> MappingReader? {
        do {
            // Yams gives no node for an empty document.
            guard let node = try Yams.compose(yaml: text) else {
                problems.add(file, 1, "file", found: "nothing", allowed: "keys and values")
                return nil
            }
            guard let mapping = node.mapping else {
                problems.add(file, node.mark?.line, "file", found: "no keys", allowed: "keys and values")
                return nil
            }
            return MappingReader(mapping, file: file, problems: problems)
        } catch {
            let (line, reason) = Self.place(of: error)
            problems.add(file, line, "file", found: reason, allowed: "YAML")
            return nil
        }
    }

    private static func place(of error: any Error) -> (Int?, String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            (context.mark.line, "the key \(duplicates.joined(separator: ", ")) twice")
        case .reader(let problem, _, _, _): (nil, problem)
        case .none, .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded: (nil, "something else")
        }
    }
}
