import EventLog
import Storage
import Views

// A read that is held open keeps every page of its moment, so each has a limit, and the oldest is watched.
extension Instance {
    package static let readMicrosecondsMax: Int64 = 5_000_000

    /// How long the oldest read of ledger or views has been open.
    package var oldestReadMicroseconds: Int64 {
        max(tables.environment.oldestReadMicroseconds, views.environment.oldestReadMicroseconds)
    }

    func limitReads(to microseconds: Int64) {
        let limit = ReadLimit(microsecondsMax: microseconds, clock: world.sinceBoot)
        tables.environment.limitReads(to: limit)
        views.environment.limitReads(to: limit)
    }
}
