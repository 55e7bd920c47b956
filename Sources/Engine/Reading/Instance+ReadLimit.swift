import EventLog
import Storage
import Views

// A read that is held open keeps every page of its moment, so each has a limit, and the oldest is watched.
extension Instance {
    package static let readMicrosecondsMax: Int64 = 5_000_000
    /// For the few that compare whole tables within one moment: an attestation, and the end of a verification.
    ///
    /// A write that needs a larger map cuts them, and they are tried again. Where one hangs, such a write waits for
    /// `ReaderGate.waitSecondsMax`, others that want to read wait with it, and it is told to try again.
    package static let readAtLengthMicrosecondsMax: Int64 = 60_000_000

    /// How long the oldest read of ledger or views has been open.
    package var oldestReadMicroseconds: Int64 {
        ([tables.environment] + views.environments).map(\.oldestReadMicroseconds).max() ?? 0
    }

    func limitReads(to microseconds: Int64) {
        let limit = ReadLimit(
            microsecondsMax: microseconds,
            atLengthMicrosecondsMax: Self.readAtLengthMicrosecondsMax,
            clock: world.sinceBoot
        )
        for environment in [tables.environment] + views.environments { environment.limitReads(to: limit) }
    }
}
