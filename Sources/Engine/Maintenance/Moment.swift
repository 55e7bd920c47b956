import EventLog
import Storage
package import Wire

/// A point in the ledger's history, as a person names it.
package enum Moment: Sendable {
    /// After this entry.
    case index(UInt64)
    /// After the last command that was recorded at or before this time.
    case time(Instant)
}

extension Instance {
    /// The last entry that an answer as of a moment sees, and when it was recorded.
    ///
    /// - Returns: `nil` where the ledger has no such moment.
    package func entry(asOf moment: Moment) throws -> (index: UInt64, recordedAt: Instant)? {
        guard let size = try moment.size(in: tables, of: status.size), size > 0 else { return nil }
        guard let entry = try entry(at: size - 1) else { return (size - 1, world.wall()) }
        return (size - 1, entry.recordedAt)
    }
}

extension Moment {
    /// How many entries there were then, half a command never shown: an index within a command means the moment before
    /// it.
    ///
    /// - Returns: `nil` for an entry that is not there, and for a time before the first.
    func size(in tables: LedgerTables, of size: UInt64) throws -> UInt64? {
        switch self {
        case .index(let index):
            guard index < size else { return nil }
            // Of a removed entry its command is not known any more, unless a later one of the command was kept.
            guard let (place, entry) = try Self.firstKept(from: index, in: tables, of: size), let batch = entry.batch
            else {
                return index + 1
            }
            let (start, isTorn) = place.subtractingReportingOverflow(UInt64(batch.position - 1))
            guard !isTorn else {
                throw LedgerFault.damaged(index: place, "its command would have begun before the ledger")
            }
            let end = start + UInt64(batch.count)
            return start > index || end == index + 1 ? index + 1 : start
        case .time(let time):
            let found = try Self.search(time, in: tables, of: size)
            return found == 0 ? nil : found
        }
    }

    /// `recorded_at` never falls, so halving finds the first entry behind a time.
    private static func search(_ time: Instant, in tables: LedgerTables, of size: UInt64) throws -> UInt64 {
        var (low, high) = (UInt64(0), size)
        while low < high {
            let middle = low + (high - low) / 2
            if let (place, entry) = try firstKept(from: middle, in: tables, of: size), entry.recordedAt <= time {
                low = place + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private static func firstKept(
        from index: UInt64,
        in tables: LedgerTables,
        of size: UInt64,
    ) throws -> (UInt64, Entry)? {
        var (start, count) = (index, UInt64(1))
        while start < size {
            let end = min(size, start + count)
            for line in try tables.environment.read({ try tables.page(from: start, to: end, $0) }) {
                if case .entry(let place, let bytes) = line { return (place, try Entry(decoding: bytes)) }
                start = line.index + 1
            }
            count = UInt64(LedgerTables.linesPerPage)
        }
        return nil
    }
}
