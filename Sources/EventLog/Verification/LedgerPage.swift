import Storage
import Wire

/// A run of consecutive entries as one read transaction saw them, with their segments' rows.
struct LedgerPage {
    /// Few enough to stay in a processor's cache from the reading to the judging.
    static let linesMax = 128
    /// Past these many bytes a page ends early: entries may be 64 KiB.
    static let bytesMax = 4 << 20

    struct Row {
        var state: [UInt8]?
        /// The entry, or the eight bytes that stand where retention removed it.
        var activity: [UInt8]?

        var isEmpty: Bool { state == nil && activity == nil }

        /// The `retention.applied` that removed the entry.
        var removedBy: UInt64? { state == nil ? activity.flatMap(LedgerTables.removedBy) : nil }

        var entry: [UInt8]? { removedBy == nil ? state ?? activity : nil }
    }

    struct SegmentRow {
        let index: UInt64
        let ordinal: Int
        let count: Int
        /// Empty when it was not asked for.
        let bytes: [UInt8]
    }

    let start: UInt64
    private(set) var stop: UInt64
    private(set) var rows: [Row]
    private(set) var segments: [SegmentRow] = []
    /// How much of entries and segments it holds.
    private(set) var bytes = 0
    /// The first index from `stop` on that any table has; `nil` when this is the last page.
    private(set) var next: UInt64?
    /// Rows whose keys are no indexes, as messages.
    private(set) var misfits: [String] = []

    init(
        _ tables: LedgerTables,
        from start: UInt64,
        copiesSegments: Bool,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        self.start = start
        stop = start.addingReportingOverflow(UInt64(Self.linesMax)).partialValue
        if stop < start { stop = .max }
        rows = Array(repeating: Row(), count: Int(stop - start))
        try load(tables.state, reader) { $0.state = $1 }
        try load(tables.activity, reader) { $0.activity = $1 }
        rows.removeSubrange(Int(stop - start)...)
        try loadSegments(tables.segments, copies: copiesSegments, reader)
        for table in [tables.state, tables.activity, tables.hashes] {
            try reader.scan(table, from: BigEndian.bytes(stop)) { key, _ in
                // What lies behind its place was a misfit of this page, and is not gone back to.
                guard key.count == 8, BigEndian.value(key) >= stop else { return true }
                next = min(next ?? .max, BigEndian.value(key))
                return false
            }
        }
    }

    subscript(index: UInt64) -> Row { rows[Int(index - start)] }

    /// One behind the last index that has an entry here.
    var endOfRows: UInt64 {
        start + UInt64((rows.lastIndex { !$0.isEmpty } ?? -1) + 1)
    }

    private mutating func load(
        _ table: Table,
        _ reader: borrowing some TableReader & ~Copyable,
        _ store: (inout Row, [UInt8]) -> Void,
    ) throws {
        var read = 0
        try reader.scan(table, from: BigEndian.bytes(start)) { key, value in
            guard key.count == 8 else {
                misfit(table)
                return true
            }
            let index = BigEndian.value(key)
            guard index >= start else {
                misplaced(table)
                return true
            }
            guard index < stop else { return false }
            store(&rows[Int(index - start)], value.copied)
            read += value.count
            bytes += value.count
            if read > Self.bytesMax { stop = index + 1 }
            return true
        }
    }

    private mutating func loadSegments(
        _ table: Table,
        copies: Bool,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        try reader.scan(table, from: BigEndian.bytes(start)) { key, value in
            guard key.count == 10 else {
                misfit(table)
                return true
            }
            let index = BigEndian.value(key)
            guard index >= start else {
                misplaced(table)
                return true
            }
            guard index < stop else { return false }
            bytes += value.count
            let ordinal = Int(key[8]) << 8 | Int(key[9])
            segments.append(
                SegmentRow(index: index, ordinal: ordinal, count: value.count, bytes: copies ? value.copied : [])
            )
            return true
        }
    }

    private mutating func misfit(_ table: Table) {
        if misfits.count < 2 { misfits.append("the table \(table.name) has a row under a key that is no index") }
    }

    /// LMDB trusts its pages: where two lie in each other's places, a scan comes upon smaller keys than it began with.
    private mutating func misplaced(_ table: Table) {
        if misfits.count < 2 { misfits.append("the rows of the table \(table.name) are not in order") }
    }
}
