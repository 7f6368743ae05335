import Conference

/// A roster in CSV: a heading with the names of the columns, then one point a row.
enum RosterFile {
    /// Reads the rows of `text` into `reader`.
    ///
    /// Columns may stand in any order; their names are those of ``RosterReader/keys``, whatever their case and whether
    /// words are joined by spaces, hyphens, underscores or not at all.
    static func read(_ text: String, file: String, into reader: inout RosterReader, problems: ProblemList) {
        let table: CSVTable
        do throws(CSVTable.Failure) {
            table = try CSVTable(parsing: text)
        } catch {
            problems.add(file, error.line, "roster", found: error.found, allowed: "CSV (RFC 4180)")
            return
        }
        guard let heading = table.rows.first else {
            problems.add(file, 1, "roster", found: "nothing", allowed: "a heading and one point a row")
            return
        }
        guard let columns = columns(heading, file: file, problems: problems) else { return }
        guard table.rows.count - 1 <= RoomDefinition.rosterCountRange.upperBound else {
            problems.add(file, nil, "roster", found: "\(table.rows.count - 1) points", allowed: RosterFile.countText)
            return
        }
        for row in table.rows.dropFirst() {
            if row.fields.dropFirst(columns.count).contains(where: { !$0.isEmpty }) {
                problems.add(
                    file, row.line, "roster", found: "\(row.fields.count) fields",
                    allowed: "\(columns.count), as many as the heading has")
                continue
            }
            let values = zip(columns, row.fields).map { ($0, Located(value: $1, line: row.line as Int?)) }
            reader.append(Dictionary(values, uniquingKeysWith: { first, _ in first }), line: row.line)
        }
    }

    static var countText: String {
        "\(RoomDefinition.rosterCountRange.lowerBound) to \(RoomDefinition.rosterCountRange.upperBound) points"
    }

    /// The keys that the heading's names stand for; `nil` when one is unknown, missing or there twice.
    private static func columns(_ heading: CSVTable.Row, file: String, problems: ProblemList) -> [String]? {
        let before = problems.all.count
        var columns: [String] = []
        for name in heading.fields {
            let plain = plain(name)
            guard let key = RosterReader.keys.first(where: { self.plain($0) == plain }) else {
                problems.add(
                    file, heading.line, "roster", found: "the column \(quoted(name))",
                    allowed: NearestName.advice(for: name, known: RosterReader.keys))
                continue
            }
            if columns.contains(key) {
                problems.add(file, heading.line, "roster", found: "the column \(key) twice", allowed: "each once")
            }
            columns.append(key)
        }
        for key in ["code", "name", "kind"] where !columns.contains(key) && problems.all.count == before {
            problems.add(file, heading.line, "roster", found: "no column \(key)", allowed: "code, name and kind")
        }
        return problems.all.count == before ? columns : nil
    }

    private static func plain(_ name: String) -> String {
        name.lowercased().filter { ![" ", "-", "_"].contains($0) }
    }
}
