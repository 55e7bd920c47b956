package import Storage
import Wire

extension LedgerTables {
    /// A line of the ledger as it is read back: an entry, or the place where retention removed one.
    package enum Line: Sendable {
        case entry(index: UInt64, bytes: [UInt8])
        case removed(index: UInt64)

        package var index: UInt64 {
            switch self {
            case .entry(let index, _), .removed(let index): index
            }
        }
    }

    /// How many lines one read transaction fetches: long walks must not hold old pages.
    package static let linesPerPage = 1_024

    /// The lines from an index on, in order, at most `linesPerPage` of them and none at or past `end`.
    package func page(
        from start: UInt64,
        to end: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [Line] {
        let stop = min(end, start + UInt64(Self.linesPerPage))
        guard start < stop else { return [] }
        var bytes: [[UInt8]?] = Array(repeating: nil, count: Int(stop - start))
        for table in [state, activity] {
            try reader.scan(table, from: BigEndian.bytes(start), .forward) { key, value in
                guard key.count == 8 else {
                    throw LedgerFault.damaged(index: nil, "a row of \(table.name) has no index")
                }
                let index = BigEndian.value(key)
                // LMDB trusts its pages: where two lie in each other's places, smaller keys follow.
                guard index >= start else {
                    throw LedgerFault.damaged(index: index, "the rows of \(table.name) are not in order")
                }
                guard index < stop else { return false }
                let row = value.copied
                if Self.removedBy(row) == nil { bytes[Int(index - start)] = row }
                return true
            }
        }
        return bytes.enumerated().map { offset, bytes in
            let index = start + UInt64(offset)
            return bytes.map { .entry(index: index, bytes: $0) } ?? .removed(index: index)
        }
    }

    /// Calls `body` for every line in `range`, in order, each page in a read transaction of its own.
    package func walk(_ range: Range<UInt64>, _ body: (Line) throws -> Void) throws {
        var next = range.lowerBound
        while next < range.upperBound {
            let start = next
            let lines = try environment.read { try page(from: start, to: range.upperBound, $0) }
            guard !lines.isEmpty else { return }
            for line in lines { try body(line) }
            next += UInt64(lines.count)
        }
    }

    /// The same within one moment.
    func walk(
        _ range: Range<UInt64>,
        _ reader: borrowing some TableReader & ~Copyable,
        _ body: (Line) throws -> Void,
    ) throws {
        var next = range.lowerBound
        while next < range.upperBound {
            let lines = try page(from: next, to: range.upperBound, reader)
            guard !lines.isEmpty else { return }
            for line in lines { try body(line) }
            next += UInt64(lines.count)
        }
    }
}
