/// Finds what somebody probably meant to write.
enum NearestName {
    /// The one of `names` with the fewest letters inserted, left out or exchanged, when these are few.
    static func of(_ name: String, in names: [String]) -> String? {
        let distances = names.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, name.count / 3) ? best.name : nil
    }

    /// What to say of an unknown `name`: the nearest known one, or all of them.
    static func advice(for name: String, known: [String]) -> String {
        of(name, in: known).map { "\($0)" } ?? "one of \(known.joined(separator: ", "))"
    }

    /// Levenshtein's distance, row by row; names beyond 100 letters count as far from everything.
    private static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        guard first.count <= 100 else { return .max }
        var row = Array(0...second.count)
        for (index, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in second.enumerated() {
                let exchanged = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(exchanged, row[column] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
