import Dispatch
package import EventLog
import Identity
import OpenSSL
import Storage
import Synchronization
package import Views
import Wire

/// A running Muniment over one data directory: the one way in which anything is written or read.
///
/// Writing goes through one thread; reading asks a snapshot on the caller's own. Whatever is answered is durable.
package final class Instance: Sendable {
    package let directory: DataDirectory
    package let identity: LedgerIdentity
    /// The name under which checkpoints are signed: genesis' own, or that of the last fork.
    package let origin: String
    package let tables: LedgerTables
    package let keys: KeyStore
    package let views: ViewStore
    package let status: WriterStatus
    package let world: World
    /// Scopes of the deployment's own choice that open something of ours.
    let ownScopes: [String]
    /// The key that makes the keyed hashes of machine secrets.
    package let macKey: [UInt8]
    /// What `verify` found last, for health to show.
    let verification = VerificationBoard()
    let verifier: Loop
    let auditMaking: AuditMaking
    let kept: KeptState
    let follower: Loop
    let followerBell = DispatchSemaphore(value: 0)

    let anchor: Anchor
    let answers: AnswerStore
    let writer: Writer
    let notary: Notary
    let reads: ReadMeter
    let backups = BackupBoard()
    let refusals = RefusalCounter()
    /// The requests of clients that may make so many a minute.
    let rates = RequestRates()
    let arrivals: Arrivals
    let segments = SegmentCache()
    /// Wall minus boot clock at the start, in microseconds.
    let clockOffset: Int64
    let clockMemory: ClockMemory
    let ring: Mutex<KeyRing>
    /// How the last run ended of which no entry told when this one began.
    let untoldStop: ViewTrust.Stop
    private let stopIsRecorded: Atomic<Bool>
    /// Held until the end: nobody else writes here.
    private let lock: FolderLock?

    init(
        directory: DataDirectory,
        opened: OpenedLedger,
        views: ViewStore,
        answers: AnswerStore,
        macKey: [UInt8],
        notary: Notary,
        ring: KeyRing,
        status: WriterStatus,
        clockMemory: ClockMemory,
        untoldStop: ViewTrust.Stop,
        kept: KeptState,
        ownScopes: [String],
        lock: FolderLock?,
    ) {
        self.directory = directory
        self.clockMemory = clockMemory
        self.lock = lock
        self.ownScopes = ownScopes
        self.untoldStop = untoldStop
        stopIsRecorded = Atomic(untoldStop == .clean)
        identity = opened.opening.identity
        origin = opened.opening.origin
        tables = opened.tables
        keys = opened.keys
        anchor = opened.anchor
        world = opened.world
        clockOffset = ClockWatch.offset(opened.world)
        self.views = views
        self.answers = answers
        self.macKey = macKey
        self.notary = notary
        self.status = status
        self.ring = Mutex(ring)
        writer = Writer(status: status, world: opened.world)
        verifier = Loop(name: "verifier", world: opened.world)
        follower = Loop(name: "follower", world: opened.world)
        auditMaking = AuditMaking(views, opened.builder, world: opened.world)
        self.kept = kept
        reads = ReadMeter()
        arrivals = Arrivals()
        keys.whenDestroyed { [segments] name in
            KeyName.dataKey(name).map { segments.forget(key: $0) }
        }
    }

    package var keyRing: KeyRing { ring.withLock { $0 } }

    /// The last checkpoint that is safe in the anchor.
    package var checkpoint: SignedNote? { notary.published }
    package var checkpointSize: UInt64 { notary.publishedSize }

    /// The last index a reader sees now.
    package var lastIndex: UInt64 { status.size &- 1 }

    /// How far the audit's tables are while they are made anew; nothing when every search is answered.
    package var auditProgress: AuditProgress? { views.auditProgress }

    func reloadKeyRing() throws {
        let keys = try views.read { try SigningKey.known($0) }
        ring.withLock { $0 = KeyRing(keys, store: self.keys, loaded: $0) }
    }

    /// Does a command: decided inside the writer's transaction, durable when this returns.
    ///
    /// - Parameter encode: the answer's bytes, kept for a client that repeats the request.
    package func perform<C: Command>(
        _ command: C,
        by caller: Caller,
        idempotency: Idempotency? = nil,
        encode: (@Sendable (C.Output, _ index: UInt64) -> [UInt8])? = nil,
    ) async throws(Refusal) -> Receipt<C.Output> {
        let result = await withCheckedContinuation { (answer: PendingCommand<C>.Answer) in
            let pending = PendingCommand(
                command,
                caller: caller,
                idempotency: idempotency,
                encode: encode,
                answer: answer
            )
            if let refusal = writer.queue.add(pending) { pending.answer(refusal) }
        }
        return try result.get()
    }

    /// Asks questions of the state as it is now, on the caller's own thread.
    package func read<R>(_ body: (ViewSnapshot) throws -> R) throws -> R {
        try views.read(body)
    }

    /// Whether the run before ended cleanly, or an entry tells that it did not: until then no stop calls itself clean.
    package var isStopRecorded: Bool { stopIsRecorded.load(ordering: .relaxed) }

    func markStopRecorded() { stopIsRecorded.store(true, ordering: .relaxed) }
}
