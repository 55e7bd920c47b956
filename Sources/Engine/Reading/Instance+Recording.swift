package import Identity

extension Instance {
    /// Writes down that somebody reads, durably, before the answer leaves.
    ///
    /// Identical reads within a minute of it are counted into one entry.
    package func record(_ read: Event, by caller: Caller) async throws(Refusal) {
        let now = world.wall()
        let key = ReadMeter.key(read, caller)
        if read.type.isGathered, reads.isGathered(key, now: now) { return }
        _ = try await perform(RecordEvents(read: read), by: caller)
        if read.type.isGathered { reads.open(key, read, caller, now: now) }
    }
}

extension EntryType {
    /// Whoever reads the audit is watched closely: each such read is an entry of its own.
    fileprivate var isGathered: Bool { noun != EntrySubject.noun }
}
