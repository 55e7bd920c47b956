import EventLog
import Identity
import Storage
import Views
import Wire

// What the product writes of its own accord, at the head of a drain.
extension WriterCore {
    /// Written with the first commit that goes through again: while the disk was full nothing could be.
    private static let fullDiskIsOver = [
        Event(LedgerSubject.entry(.degraded), chain: .platform, data: ["why": "the disk was full"]),
        Event(LedgerSubject.entry(.resumed), chain: .platform),
    ]

    func runHousekeeping(_ transaction: ViewTransaction, isClosing: Bool) throws {
        let now = ledger.time(wall: world.wall())
        var due = try clockEvents()
        if housekeeping.isAttestationDue(now: now, last: attestedAt), let heads = try heads(now: now) {
            let before = attestedAt
            undoSteps.append { [unowned self] in attestedAt = before }
            attestedAt = now
            try append([heads.pendingEntry], at: now, transaction)
            try accept(transaction)
            let views = Event(ViewsSubject.entry(.attested), chain: .platform, data: try transaction.attestation().data)
            try write([views], .system, nil, ledger.time(wall: world.wall()), transaction)
            try accept(transaction)
        }
        if housekeeping.isSweepDue(now: now) {
            if let problem = answers.sweep(now: now) { status.report(problem) }
            if let until = try transaction.sweepDue(at: world.wall()) { due.append((Self.swept(until), .system)) }
        }
        if let mark = verification.take() {
            undoSteps.append { [verification] in verification.putBack(mark) }
            due.append((mark.event, .system))
        }
        if let mark = backups.take() {
            undoSteps.append { [backups] in backups.putBack(mark) }
            due.append((mark.event, .system))
        }
        reportsFreeSpace = status.isDiskFull
        if reportsFreeSpace { due += Self.fullDiskIsOver.map { ($0, .system) } }
        if let sums = refusals.take(now: world.wall(), atOnce: isClosing) {
            undoSteps.append { [refusals] in refusals.putBack(sums) }
            due += sums.summaries(now: now).map { ($0, .system) }
        }
        let closed = reads.close(now: now, atOnce: isClosing)
        if !closed.isEmpty {
            undoSteps.append { [reads] in reads.reopen(closed) }
            due += ReadMeter.summaries(closed, now: now)
        }
        for (event, caller) in due {
            try write([event], caller, nil, ledger.time(wall: world.wall()), transaction)
            try accept(transaction)
        }
    }

    private static func swept(_ until: Instant) -> Event {
        Event(EndsSubject.entry(.swept), chain: .platform, data: ["until": .string(until.text)])
    }

    /// - Returns: `nil` when they cannot be read at this moment: no client waits for what can be said later as well.
    private func heads(now: Instant) throws -> Attestation? {
        do {
            return try Attestation(of: tables)
        } catch let fault as StorageError where fault.isPassing {
            housekeeping.putAttestationOff(now: now)
            status.report("the attestation of the chains is put off: \(fault)")
            return nil
        }
    }

    private func clockEvents() throws -> [(Event, Caller)] {
        let before = clock
        guard let step = clock.step(world: world) else { return [] }
        if let why = ClockWatch.objection(step: step, world: world) {
            clock = before
            status.object(why)
            do {
                try clockMemory.store(before.offset, isRefused: true)
            } catch {
                status.report("that the clock was refused could not be kept: \(error)")
            }
            throw Refusal.refusingWrites(why)
        }
        undoSteps.append { [unowned self] in clock = before }
        return [(ClockWatch.event(step: step), .system)]
    }
}
