import EventLog
import Identity
import Storage
import Views
import Wire

/// That an operator has looked at the clock and found it right, though the ledger's last entries say otherwise.
struct ClockAcceptance {
    /// The time of its entry, in the ledger's own strictly rising time.
    let recordedAt: Instant
    /// What the wall clock said then.
    let wall: Instant
    let index: UInt64

    /// The last one there is.
    init?(_ views: ViewStore, _ tables: LedgerTables) throws {
        guard let index = try views.read({ try $0.latest(ClockSubject.entry(.accepted)) }),
            let bytes = try tables.environment.read({ try tables.entry(index, $0) })
        else { return nil }
        let entry = try Entry(decoding: bytes)
        self.index = index
        recordedAt = entry.recordedAt
        wall = entry.recordedAt.adding(microseconds: entry.data["by"]?.number ?? 0)
    }

    /// What the wall clock showed at least when the ledger was last written to.
    ///
    /// Behind a clock that was ahead, `recorded_at` creeps on by a microsecond for each command until the wall has
    /// caught up. As long as it creeps, it is the accepted time that counts, or every start would ask again.
    func reached(last: Instant, size: UInt64) -> Instant {
        let creep = Int64(clamping: size - index)
        return last <= recordedAt.adding(microseconds: creep) ? min(wall, last) : last
    }
}

extension Instance {
    /// Takes the clock as it is: writes go on, and the next start takes it as well.
    ///
    /// - Returns: the index of the entry that says so.
    package func acceptClock() async throws -> UInt64 {
        let last = try tables.environment.read { try tables.entry(lastIndex, $0) }.map { try Entry(decoding: $0) }
        let parted = last.map { world.wall().microseconds - $0.recordedAt.microseconds } ?? 0
        let event = Event(
            ClockSubject.entry(.accepted),
            chain: .platform,
            data: ["by": .integer(clamping: min(parted, 0))]
        )
        let index = try await perform(RecordEvents([event]), by: .system).index
        try clockMemory.store(ClockWatch.offset(world))
        return index
    }
}
