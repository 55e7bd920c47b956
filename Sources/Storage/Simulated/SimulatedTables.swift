/// The tables of a simulated environment at one moment.
struct SimulatedTables: Sendable {
    private var rows: [String: SortedRows] = [:]

    var count: Int { rows.count }

    /// What LMDB would need, roughly: a page of its own for each table, and a few bytes beside each row.
    var bytes: Int {
        rows.values.reduce(0) { $0 + 4096 + $1.bytes + 16 * $1.count }
    }

    func contains(_ name: String) -> Bool {
        rows[name] != nil
    }

    mutating func make(_ name: String) {
        rows[name] = SortedRows()
    }

    func lookUp(_ table: Table, _ key: [UInt8], _ body: (Span<UInt8>) -> Void) throws(StorageError) -> Bool {
        guard let value = try found(table).value(of: key) else { return false }
        body(value.span)
        return true
    }

    func walk(
        _ table: Table,
        from key: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StorageError) {
        let rows = try found(table)
        switch direction {
        case .forward: rows.walkForward(from: key) { body($0.key.span, $0.value.span) }
        case .backward: rows.walkBackward(from: key) { body($0.key.span, $0.value.span) }
        }
    }

    func statistics(_ table: Table) throws(StorageError) -> TableStatistics {
        let rows = try found(table)
        return TableStatistics(entries: rows.count, pages: rows.blockCount)
    }

    mutating func set(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        _ = try found(table)
        rows[table.name]?.set(key, value)
    }

    mutating func remove(_ table: Table, _ key: [UInt8]) throws(StorageError) -> Bool {
        _ = try found(table)
        return rows[table.name]?.remove(key) ?? false
    }

    func lastKey(_ table: Table) throws(StorageError) -> [UInt8]? {
        try found(table).lastKey
    }

    /// The names of the tables, in order.
    var names: [String] { rows.keys.sorted() }

    /// All rows of a table, in order.
    func rows(of name: String) -> [SortedRows.Row] {
        var all: [SortedRows.Row] = []
        rows[name]?.walkForward(from: nil) { row in
            all.append(row)
            return true
        }
        return all
    }

    /// Puts another value in the place of a row's own.
    mutating func replace(_ name: String, _ key: [UInt8], _ value: [UInt8]) { rows[name]?.set(key, value) }

    mutating func remove(_ name: String, _ key: [UInt8]) { _ = rows[name]?.remove(key) }

    private func found(_ table: Table) throws(StorageError) -> SortedRows {
        guard let rows = rows[table.name] else {
            throw StorageError(.invalid("a table of another environment"), "use table \(table.name)")
        }
        return rows
    }
}
