import Storage
import Wire

/// Where two sets of views part.
package struct ViewDifference: Sendable, Equatable {
    package let table: String
    package let key: [UInt8]
    /// The values without their tags; nil where there is no such row.
    package let ours: [UInt8]?
    package let theirs: [UInt8]?
}

extension ViewStore {
    /// The sum and the number of rows of every table, as the last commit wrote them down.
    package func tableHashes() throws -> [(table: String, total: TableTotal)] {
        try parts.flatMap { part in
            let totals = try mark(of: part).totals
            return part.tables.map { ($0.name, totals[$0.rawValue]) }
        }
    }

    /// How far the state is, with the sum of each of its tables there, all of one moment.
    package func stateSums() throws -> (applied: Applied, sums: [(table: String, total: TableTotal)])? {
        let mark = try mark(of: .state)
        guard let applied = mark.applied else { return nil }
        return (applied, ViewPart.state.tables.map { ($0.name, mark.totals[$0.rawValue]) })
    }

    /// The first rows in which these views differ from others, every row of both read and its tag checked.
    ///
    /// It also compares each table's sum with its rows, so that a row that was put in or taken out with its tag whole
    /// shows itself: that is reported under the table's name with an empty key.
    package func differences(from other: ViewStore, limit: Int = 10) throws -> [ViewDifference] {
        var differences: [ViewDifference] = []
        try read { ours in
            try other.read { theirs in
                for part in parts where other.parts.contains(part) {
                    for table in part.tables where differences.count < limit {
                        try Self.compare(table, ours, theirs, limit, &differences)
                    }
                    if try ours.mark(of: part).applied != theirs.mark(of: part).applied, differences.count < limit {
                        differences.append(
                            ViewDifference(table: ViewMark.name, key: ViewMark.key, ours: nil, theirs: nil)
                        )
                    }
                }
            }
        }
        return differences
    }

    private static func compare(
        _ table: ViewTable,
        _ ours: ViewSnapshot,
        _ theirs: ViewSnapshot,
        _ limit: Int,
        _ differences: inout [ViewDifference],
    ) throws {
        var left = RowFeed(table, of: ours)
        var right = RowFeed(table, of: theirs)
        while differences.count < limit {
            let (mine, yours) = (try left.peek(), try right.peek())
            if let mine, let yours, mine.key == yours.key {
                if mine.value != yours.value {
                    differences.append(
                        ViewDifference(table: table.name, key: mine.key, ours: mine.value, theirs: yours.value)
                    )
                }
                left.advance()
                right.advance()
            } else if let mine, yours.map({ mine.key.lexicographicallyPrecedes($0.key) }) ?? true {
                differences.append(ViewDifference(table: table.name, key: mine.key, ours: mine.value, theirs: nil))
                left.advance()
            } else if let yours {
                differences.append(ViewDifference(table: table.name, key: yours.key, ours: nil, theirs: yours.value))
                right.advance()
            } else {
                try requireSum(of: left, ours, &differences)
                try requireSum(of: right, theirs, &differences)
                return
            }
        }
    }

    private static func requireSum(
        of feed: RowFeed,
        _ snapshot: ViewSnapshot,
        _ differences: inout [ViewDifference],
    ) throws {
        guard try snapshot.mark(of: feed.table.part).totals[feed.table.rawValue] != feed.total else { return }
        differences.append(ViewDifference(table: feed.table.name, key: [], ours: nil, theirs: nil))
    }
}

/// The rows of a table one by one, read a thousand at a time, so that two tables can be walked side by side.
private struct RowFeed {
    static let rowsAtOnce = 1_000

    let table: ViewTable
    private let snapshot: ViewSnapshot
    private var rows: ArraySlice<(key: [UInt8], value: [UInt8])> = []
    private var lastKey: [UInt8]?
    private var isAtEnd = false
    private(set) var total = TableTotal()

    init(_ table: ViewTable, of snapshot: ViewSnapshot) {
        self.table = table
        self.snapshot = snapshot
    }

    mutating func peek() throws -> (key: [UInt8], value: [UInt8])? {
        if rows.isEmpty, !isAtEnd { try fill() }
        return rows.first
    }

    mutating func advance() { rows.removeFirst() }

    private mutating func fill() throws {
        var filled: [(key: [UInt8], value: [UInt8])] = []
        let after = lastKey
        try snapshot.scan(table, from: after, .forward) { key, value in
            let key = key.copied
            if key != after { filled.append((key, value.copied)) }
            return filled.count < Self.rowsAtOnce
        }
        for row in filled { total.add(snapshot.store.rowTag.tag(table, row.key.span, row.value.span)) }
        isAtEnd = filled.count < Self.rowsAtOnce
        lastKey = filled.last?.key ?? lastKey
        rows = filled[...]
    }
}
