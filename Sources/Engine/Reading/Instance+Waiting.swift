import EventLog

extension Instance {
    /// More entries than are written while somebody waits: whoever asks for an index beyond is answered at once.
    private static let entriesAheadMax: UInt64 = 1_000_000

    /// Whether an index can be read now.
    package func hasIndex(_ index: UInt64) -> Bool { index < status.size }

    /// Waits until an index can be read, for a bounded time; of each caller only a few requests wait at once.
    package func wait(forIndex index: UInt64, by caller: Caller) async throws(Refusal) {
        let (size, overflow) = index.addingReportingOverflow(1)
        let isFar = overflow || size > status.size + Self.entriesAheadMax
        guard !isFar,
            await arrivals.wait(
                forSize: size,
                party: caller.actor.id ?? "",
                present: { self.status.size },
                now: world.sinceBoot()
            )
        else { throw .busy(retryAfterSeconds: 1, "the ledger does not reach that index yet") }
    }
}
