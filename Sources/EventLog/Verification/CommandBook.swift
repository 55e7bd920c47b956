/// Commands as they pass: batches whole and of one moment, moments in strictly rising order.
struct CommandBook {
    private struct Batch {
        let first: UInt64
        let count: Int
        let time: UInt64
        let request: [UInt8]

        var end: UInt64 { first + UInt64(count) }
    }

    private var batch: Batch?
    private var clock: UInt64 = 0
    /// Removed lines that stand directly before: they may be the beginning of the next entry's batch.
    private var removedRun = 0

    /// Whether a ledger of that size would end inside the batch under way.
    func isOpen(at size: UInt64) -> Bool { batch.map { size < $0.end } ?? false }

    mutating func admit(_ index: UInt64, _ facts: EntryFacts, _ bytes: Span<UInt8>) -> String? {
        defer {
            removedRun = 0
            clock = max(clock, facts.time)
        }
        let request = bytes.extracting(facts.requestID)
        if let batch, index < batch.end { return Self.fault(index, facts, request, batch) }
        batch = nil
        var fault: String?
        if facts.time <= clock { fault = "recorded_at does not come after that of the command before" }
        if let part = facts.batch {
            if part.position - 1 > removedRun {
                fault = fault ?? "the batch begins with its entry \(part.position)"
            }
            let before = UInt64(part.position - 1)
            batch = Batch(
                first: index - min(index, before),
                count: part.count,
                time: facts.time,
                request: EntryScanner.copy(request)
            )
        }
        return fault
    }

    private static func fault(
        _ index: UInt64,
        _ facts: EntryFacts,
        _ request: Span<UInt8>,
        _ batch: Batch,
    ) -> String? {
        let due = Entry.Batch(position: Int(index - batch.first) + 1, count: batch.count)
        guard facts.batch == due else {
            return "entry \(due.position) of the batch of \(due.count) from entry \(batch.first) is due"
        }
        var isSame = facts.time == batch.time && request.count == batch.request.count
        for place in batch.request.indices where isSame { isSame = request[place] == batch.request[place] }
        return isSame ? nil : "recorded_at or the request differs from the rest of its batch"
    }

    mutating func admitRemoved(_ index: UInt64) {
        guard !isOpen(at: index) else { return }
        batch = nil
        removedRun += 1
    }
}
