import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Wire

/// What the writer does with what waits, one drain at a time: decide, append, fold, make durable, answer.
///
/// No thread, no clock and no dice of its own, so a simulation drives it step by step. Everything here belongs to the
/// writer alone.
final class WriterCore {
    /// A drain ends at this many bytes or after this long, whichever comes first.
    static let drainBytesMax = 4 << 20
    static let drainMicrosecondsMax: Int64 = 20_000
    /// Below this much free space an input/output error is taken for a full disk.
    static let freeBytesMin = 16 << 20

    /// Why the writer has to stop: going on could lose what was acknowledged.
    struct Stop: Error {
        let why: String
        var viewsAreDamaged = false
    }

    let ledger: LedgerWriter
    let views: ViewStore
    let tables: LedgerTables
    let keys: KeyStore
    let answers: AnswerStore
    let identity: LedgerIdentity
    let world: World
    let status: WriterStatus
    let anchor: Anchor
    let ownScopes: [String]
    let freeBytes: @Sendable () -> Int?
    /// Told of the types of each commit's entries, once they are durable and folded.
    let onCommit: (_ types: [String], _ edge: CompactRange) -> Void
    let reads: ReadMeter
    let refusals: RefusalCounter
    let rates: RequestRates
    let verification: VerificationBoard
    let backups: BackupBoard
    var meter = RefusalMeter()
    var clock: ClockWatch
    let clockMemory: ClockMemory
    private var keptOffset: Int64
    /// What the start could not write: nothing is committed before it.
    var owed: Owed
    /// Whether this drain records that the disk is no longer full.
    var reportsFreeSpace = false
    var attestedAt: Instant
    var housekeeping = Housekeeping()
    /// What restores the boards and meters whose facts this commit was to record, should the commit not come about.
    var undoSteps: [() -> Void] = []
    /// Entries that are durable while the views could not follow: nothing is decided before they have.
    var unfolded: Unfolded?
    /// The part of the views whose map was used up in the last transaction.
    private var fullPart: ViewPart?
    let auditMaking: AuditMaking

    init(
        ledger: LedgerWriter,
        tables: LedgerTables,
        views: ViewStore,
        keys: KeyStore,
        answers: AnswerStore,
        anchor: Anchor,
        identity: LedgerIdentity,
        attestedAt: Instant,
        clock: ClockWatch,
        clockMemory: ClockMemory,
        owed: Owed,
        world: World,
        status: WriterStatus,
        reads: ReadMeter,
        refusals: RefusalCounter,
        rates: RequestRates,
        verification: VerificationBoard,
        backups: BackupBoard,
        auditMaking: AuditMaking,
        ownScopes: [String],
        freeBytes: @escaping @Sendable () -> Int?,
        onCommit: @escaping (_ types: [String], _ edge: CompactRange) -> Void,
    ) {
        self.ledger = ledger
        self.views = views
        self.tables = tables
        self.keys = keys
        self.answers = answers
        self.attestedAt = attestedAt
        self.identity = identity
        self.world = world
        self.status = status
        self.reads = reads
        self.refusals = refusals
        self.rates = rates
        self.verification = verification
        self.backups = backups
        self.auditMaking = auditMaking
        self.anchor = anchor
        self.ownScopes = ownScopes
        self.freeBytes = freeBytes
        self.onCommit = onCommit
        self.clock = clock
        self.clockMemory = clockMemory
        keptOffset = clock.offset
        self.owed = owed
    }

    /// One drain.
    ///
    /// - Returns: the submissions that did not fit; they stay first in line.
    /// - Throws: `Stop` alone.
    func run(_ batch: [any Submission], isClosing: Bool = false) throws -> ArraySlice<any Submission> {
        if let why = status.objection {
            // What is only read goes on, and the search of the audit with it; what fails here is found by others.
            try? auditMaking.takeOver(at: ledger.range.size)
            for submission in batch { submission.answer(.refusingWrites(why)) }
            return []
        }
        do {
            try foldUnfolded()
            try auditMaking.takeOver(at: ledger.range.size)
            return try drain(batch, isClosing: isClosing)
        } catch let refusal as Refusal {
            // Nothing was written: the disk is full, or the clock is not to be trusted. Everyone who waited is told.
            giveUp()
            for submission in batch { submission.answer(refusal) }
            return []
        } catch let fault as StorageError where fault.kind == .mapFull {
            // The views' map was used up while commands were decided. Nothing is written yet, so they are decided
            // again.
            giveUp()
            return try growViews(for: batch)
        } catch let fault as StorageError where fault.isPassing {
            return putOff(batch, fault)
        } catch LedgerFault.damaged(let index, let what) {
            // Found before anything was written on it.
            status.ledgerIsAltered((index.map { "entry \($0): " } ?? "") + what)
            giveUp()
            for submission in batch { submission.answer(.refusingWrites(status.objection ?? what)) }
            return []
        } catch {
            for submission in batch { submission.answer(Self.outcomeUnknown) }
            throw Self.stop(error)
        }
    }

    private func drain(_ batch: [any Submission], isClosing: Bool) throws -> ArraySlice<any Submission> {
        let transaction = try beginTransaction()
        defer {
            fullPart = transaction.fullPart
            transaction.abandon()
        }
        var decided: [any Submission] = []
        let start = world.sinceBoot()
        try runHousekeeping(transaction, isClosing: isClosing)
        let rest = try decide(batch, transaction, &decided)
        let entries = ledger.prepared.count
        let haveViewsFollowed = try commit(transaction)
        if entries > 0 { status.wrote(entries: entries, microseconds: world.sinceBoot() - start) }
        // The entries stand either way, so what they tell of is off the books.
        undoSteps.removeAll()
        rememberClock()
        guard haveViewsFollowed else {
            // Nothing can be read yet: the views follow when there is free space.
            for submission in decided { submission.answer(submission.isRefused ? nil : Self.unreadable) }
            return rest
        }
        CrashPoint.beforeAck.pass()
        for submission in decided { submission.answer(nil) }
        return rest
    }

    /// Once the entry of a step is durable, a restart need not find the step again.
    private func rememberClock() {
        guard clock.offset != keptOffset else { return }
        keptOffset = clock.offset
        do {
            try clockMemory.store(clock.offset)
        } catch {
            status.report("the clock's offset could not be kept; the next start sees this step again: \(error)")
        }
    }

    /// Gives up what was prepared, and puts the books back to what is durable.
    private func giveUp() {
        ledger.abandon()
        answers.discardStaged()
        for restore in undoSteps.reversed() { restore() }
        undoSteps.removeAll()
    }

    /// What an error means for the next start: damaged views are made anew, everything else is looked at as it is.
    static func stop(_ error: any Error) -> Stop {
        switch error {
        case let stop as Stop: stop
        case let fault as ViewFault:
            Stop(why: "the views are damaged and are made anew at the next start: \(fault)", viewsAreDamaged: true)
        case let fault as StorageError where fault.kind == .corrupted || fault.kind == .panic:
            Stop(why: "storage is damaged; the views are made anew at the next start: \(fault)", viewsAreDamaged: true)
        default: Stop(why: "the writer cannot go on: \(error)")
        }
    }

    /// - Returns: what is decided again on the larger map.
    private func growViews(for batch: [any Submission]) throws -> ArraySlice<any Submission> {
        do {
            try views.grow(fullPart ?? .state)
            return batch[...]
        } catch let fault as StorageError where fault.isPassing {
            return putOff(batch, fault)
        } catch {
            throw Self.stop(error)
        }
    }

    /// Nothing was written, and nothing is wrong but the moment: everyone who waited may ask again.
    private func putOff(_ batch: [any Submission], _ fault: StorageError) -> ArraySlice<any Submission> {
        giveUp()
        status.putOff("\(fault)")
        for submission in batch { submission.answer(Self.later) }
        return []
    }

    /// Reads that are long over by then kept the files from growing, or a machine slept.
    static let later = Refusal.busy(retryAfterSeconds: 5, "the storage was busy and nothing was done")

    /// Whether the entries stand is known at the next start; a client with an Idempotency-Key may ask again and learn
    /// it.
    static let outcomeUnknown = Refusal.busy(
        retryAfterSeconds: 5,
        "whether it was done is not known; a request with an Idempotency-Key may be repeated safely with it"
    )

    /// The entries stand, and the views follow them when there is free space.
    static let unreadable = Refusal.busy(
        retryAfterSeconds: 5,
        "it is in the ledger and cannot be read yet; a request with an Idempotency-Key may be repeated safely with it"
    )

    func beginTransaction() throws -> ViewTransaction {
        try views.beginTransaction(
            heads: { [ledger] chain in try ledger.headsJSON(of: chain.text) },
            ownScopes: ownScopes
        )
    }

    private func decide(
        _ batch: [any Submission],
        _ transaction: ViewTransaction,
        _ decided: inout [any Submission],
    ) throws -> ArraySlice<any Submission> {
        let start = world.sinceBoot()
        for (position, submission) in batch.enumerated() {
            decided.append(try process(submission, transaction))
            let isFull =
                ledger.preparedBytes >= Self.drainBytesMax || world.sinceBoot() - start >= Self.drainMicrosecondsMax
            if isFull { return batch[(position + 1)...] }
        }
        return []
    }

    private func process(_ submission: any Submission, _ transaction: ViewTransaction) throws -> any Submission {
        let now = ledger.time(wall: world.wall())
        let caller = submission.caller
        var context = context(for: caller, .none, now, transaction)
        do {
            context = self.context(for: caller, try caller.authority(transaction, at: context.wall), now, transaction)
            try submission.requirement.require(caller, context.authority)
            // After that: what was shown once is not shown to who may not ask for it any more.
            if let replay = try repeated(submission, context) {
                submission.replay(replay)
                return submission
            }
            var decided = try submission.decide(context)
            if let instead = decided.instead {
                try rehearse(decided, context.caller, now, transaction)
                decided = Decided(events: instead, subject: 0)
            }
            let events = decided.events
            try requireRecording(events, submission)
            if status.isKeptForState, isRefusedForFreeSpace(events, caller) {
                submission.answer(.diskFull)
                return submission
            }
            let last = try write(
                events,
                context.caller,
                submission.idempotency,
                now,
                transaction,
                about: decided.subject
            )
            try accept(transaction)
            return finish(submission, context, last)
        } catch let rejection as Rejection {
            return try refuse(submission, rejection, context, transaction)
        } catch LedgerFault.tooLarge(let detail) {
            let issue = FieldIssue(["body"], detail, "too_long")
            return try refuse(submission, .invalid([issue]), context, transaction)
        } catch let fault as StorageError {
            throw fault
        } catch let fault as ViewFault {
            throw fault
        } catch let fault as LedgerFault where fault.isDamage {
            throw fault
        } catch {
            return try fail(submission, error, transaction)
        }
    }

    private func context(
        for caller: Caller,
        _ authority: Authority,
        _ now: Instant,
        _ transaction: ViewTransaction,
    ) -> DecisionContext {
        DecisionContext(
            facts: transaction,
            now: now,
            wall: world.wall(),
            caller: caller,
            authority: authority,
            keys: keys,
            rates: rates,
            index: ledger.range.size &- 1,
            random: world.random
        )
    }

    /// Who only records changes nothing.
    private func requireRecording(_ events: [Event], _ submission: any Submission) throws {
        guard case .recording = submission.requirement, events.contains(where: { $0.type.effect != .happens })
        else { return }
        throw LedgerFault.format("a command that only records has decided on a change")
    }

    /// The last of a disk is for changes of state, and for what the product itself has to say.
    private func isRefusedForFreeSpace(_ events: [Event], _ caller: Caller) -> Bool {
        caller.actor != .system && !events.isEmpty && events.allSatisfy { $0.type.effect == .happens }
    }

    /// Reads the answer off.
    ///
    /// The entries stand whatever comes of that: the client asks for the state again.
    private func finish(_ submission: any Submission, _ context: DecisionContext, _ last: UInt64?) -> any Submission {
        do {
            try submission.finish(context, index: last)
            if last != nil { try storeAnswer(submission) }
        } catch {
            status.report("the answer of \(submission.caller.request.endpoint) failed: \(type(of: error))")
        }
        return submission
    }

    func accept(_ transaction: ViewTransaction) throws {
        ledger.accept()
        try transaction.accept()
    }

    /// Prepares and folds what is only tried, so that whatever would refuse it does, and takes it back.
    private func rehearse(_ tried: Decided, _ caller: Caller, _ now: Instant, _ transaction: ViewTransaction) throws {
        try write(tried.events, caller, nil, now, transaction, about: tried.subject)
        undo(transaction)
    }

    func undo(_ transaction: ViewTransaction) {
        ledger.undo()
        transaction.undo()
    }

    /// Prepares and folds the entries of one command.
    ///
    /// - Returns: the index of the last one; `nil` when there was nothing to write.
    @discardableResult
    func write(
        _ events: [Event],
        _ caller: Caller,
        _ idempotency: Idempotency?,
        _ now: Instant,
        _ transaction: ViewTransaction,
        about subject: Int = 0,
    ) throws -> UInt64? {
        guard !events.isEmpty else { return nil }
        let entries = PendingEntries(caller: caller, macKey: identity.secretKey, now: now)
        return try append(entries.make(events, subject: subject, idempotency: idempotency), at: now, transaction)
    }

    @discardableResult
    func append(_ entries: [PendingEntry], at now: Instant, _ transaction: ViewTransaction) throws -> UInt64? {
        let prepared = try ledger.prepare(entries, recordedAt: now)
        CrashPoint.afterAppend.pass()
        for item in prepared {
            try transaction.fold(FoldedEntry(item))
            CrashPoint.midProjection.pass()
        }
        return prepared.last?.entry.index
    }
}
