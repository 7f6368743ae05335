import Terminal

/// Columns of text, as wide as they must be; what others wrote reaches the terminal without control characters.
struct Table {
    private let rows: [[String]]

    init(_ head: [String], _ rows: [[String]]) { self.rows = ([head] + rows).map { $0.map(\.plain) } }

    func print() {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].columns : 0 }.max() ?? 0
        }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.columns)
            }
            Swift.print(cells.joined(separator: "  "))
        }
    }
}
