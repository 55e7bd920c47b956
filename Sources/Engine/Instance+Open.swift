import Dispatch
package import EventLog
import Identity
package import OpenSSL
import Storage
import Synchronization
import Views
import Wire

extension Instance {
    /// What the views needed at a start.
    package enum ViewsAtStart: String, Sendable {
        case kept, rebuilt
        case caughtUp = "caught_up"
        /// The state's second copy has become the state: the machine had stopped.
        case fromKept = "from_kept"
    }

    /// How an instance is opened.
    package struct Options: Sendable {
        package var software: String
        package var algorithm: SigningAlgorithm?
        /// Takes a clock that is behind the last entry as right, once.
        package var acceptsClock = false
        /// Goes on although an earlier run found the ledger altered: who opens it so has verified it, or repaired it.
        package var clearsAlteration = false
        /// Writes down that the ledger was verified: a server does, a command that only passes by does not.
        package var recordsVerification = false
        /// Scopes of the operator's own choice that open something of ours: who grants them must hold them.
        package var ownScopes: [String] = []
        /// How many entries the audit may lack at a start: with more it is made anew beside serving.
        package var auditEntriesAtStartMax = AuditMaking.entriesAtStartMax
        /// How long the second copy of the state may be behind while entries come.
        package var keptBehindMicrosecondsMax = KeptState.behindMicrosecondsMax
        /// How many entries the second copy folds; where it lacks more it is copied anew.
        package var keptEntriesFoldedMax = KeptState.entriesFoldedMax
        /// How long a read transaction may be: what is held longer keeps the files from using their space again.
        package var readMicrosecondsMax = Instance.readMicrosecondsMax
        package var log: @Sendable (String) -> Void
        /// Called when the writer cannot go on: the process ends, and the next start recovers.
        package var onStop: @Sendable (String) -> Void

        package init(
            software: String,
            algorithm: SigningAlgorithm? = nil,
            acceptsClock: Bool = false,
            clearsAlteration: Bool = false,
            recordsVerification: Bool = false,
            log: @escaping @Sendable (String) -> Void,
            onStop: @escaping @Sendable (String) -> Void,
        ) {
            self.software = software
            self.algorithm = algorithm
            self.acceptsClock = acceptsClock
            self.clearsAlteration = clearsAlteration
            self.recordsVerification = recordsVerification
            self.log = log
            self.onStop = onStop
        }
    }

    /// Opens a data directory for writing: takes its lock, compares the ledger with what was acknowledged, brings the
    /// views up to it, and starts the writer and the notary.
    ///
    /// - Throws: `StorageError` of the kind `locked` when another process serves it, and of the kind `full` when views
    ///   must be made or caught up where there is no free space for them; `LedgerFault` when it may not be trusted.
    package static func open(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey? = nil,
        world: World = .system,
        options: Options,
    ) async throws -> Instance {
        try LedgerFormat.require(in: directory.top(.readOnly))
        let lock = try directory.lock()
        let left = LeftState(of: directory, world: world, log: options.log)
        let opened = try OpenedLedger(directory, kek: kek, world: world, whileComparing: left.sum)
        if opened.erasedAgain > 0 {
            options.log("\(opened.erasedAgain) keys stood in keys/ that entries destroy; they are destroyed again")
        }
        var owed = opened.owed
        let found = try OpeningViews(
            directory: directory,
            opened: opened,
            left: left,
            auditEntriesMax: options.auditEntriesAtStartMax,
            log: options.log
        ).open()
        // Unless a crash leaves them untrusted, no commit may change them.
        let trust = try ViewTrust(directory, world: world)
        try owed.write { try trust.markInUse() }
        let clock = try ClockAtStart(opened, found.store, in: directory, world: world)
        let status = try status(of: opened, clock, directory, options)
        let instance = try Instance(opened, found, clock, status, in: directory, lock: lock, options)
        let watch = clock.watch(isAccepted: options.acceptsClock)
        try clock.remember(watch, &owed)
        instance.limitReads(to: options.readMicrosecondsMax)
        try instance.start(opened, watch, owed, options)
        try instance.verifyInBackground(isRecorded: options.recordsVerification)
        try instance.followInBackground()
        if let objection = clock.objection, !options.acceptsClock { options.log("writes are refused: \(objection)") }
        guard status.objection == nil, try await instance.recordOpening(found, by: options.software) else {
            return instance
        }
        if let algorithm = options.algorithm { try await instance.adopt(algorithm, options.log) }
        return instance
    }

    /// How the writer begins: with what speaks against writing, if anything does.
    private static func status(
        of opened: OpenedLedger,
        _ clock: ClockAtStart,
        _ directory: DataDirectory,
        _ options: Options,
    ) throws -> WriterStatus {
        let (alteration, world) = (try AlterationMemory(directory), opened.world)
        let status = WriterStatus(log: options.log) { what in
            do { try alteration.store(what, at: world.wall()) } catch {
                options.log("that the ledger was altered could not be kept for the next start: \(error)")
            }
        }
        status.committed(size: opened.opening.range.size)
        if !options.acceptsClock { status.object(clock.objection) }
        if !options.clearsAlteration, let what = try alteration.kept() { status.isAltered(what) }
        return status
    }

    private convenience init(
        _ opened: OpenedLedger,
        _ found: OpeningViews.Opened,
        _ clock: ClockAtStart,
        _ status: WriterStatus,
        in directory: DataDirectory,
        lock: FolderLock?,
        _ options: Options,
    ) throws {
        let keys = try found.store.read { try SigningKey.known($0) }
        self.init(
            directory: directory,
            opened: opened,
            views: found.store,
            answers: try AnswerStore(folder: directory.answers()),
            macKey: try opened.keys.required(KeyName.mac(opened.opening.identity.secretKey)),
            notary: try Self.notary(opened, status),
            ring: KeyRing(keys, store: opened.keys, loaded: nil),
            status: status,
            clockMemory: clock.memory,
            untoldStop: found.stop,
            kept: KeptState(
                directory,
                found.store,
                opened.builder,
                world: opened.world,
                size: opened.opening.range.size,
                isDue: found.atStart == .fromKept,
                behindMicrosecondsMax: options.keptBehindMicrosecondsMax,
                entriesFoldedMax: options.keptEntriesFoldedMax,
                log: options.log
            ) { try opened.keys.viewStore($0) },
            ownScopes: options.ownScopes,
            lock: lock
        )
    }

    /// Writes down that a server begins, how the last one ended, and what became of the views.
    ///
    /// - Returns: whether writes are possible. A full disk is no reason not to start: health says so, and writes go on
    ///   when there is free space.
    private func recordOpening(_ found: OpeningViews.Opened, by software: String) async throws -> Bool {
        var told: Members = [
            "software": .string(software), "stop": .string(found.stop.rawValue),
            "views": .string(found.atStart.rawValue),
        ]
        if found.isAuditMadeAnew { told.append("audit", "rebuilt") }
        if !found.altered.isEmpty { told.append("altered", .array(found.altered.map(JSON.string))) }
        let opening = Event(LedgerSubject.entry(.opened), chain: .platform, data: told)
        do throws(Refusal) {
            _ = try await perform(RecordEvents([opening]), by: .system)
            markStopRecorded()
        } catch {
            switch error {
            case .diskFull: break
            // The entry stands: the views follow it when there is free space, and may have by now.
            case WriterCore.unreadable: markStopRecorded()
            // The verification beside serving was faster: what there is to read is served.
            case .refusingWrites where status.objection != nil: return false
            case .busy, .failed, .refusingWrites, .rejected: throw error
            }
        }
        return true
    }

    /// Changes what signs tokens, unless the disk is full.
    private func adopt(_ algorithm: SigningAlgorithm, _ log: (String) -> Void) async throws {
        do {
            try await useAlgorithm(algorithm)
        } catch let refusal as Refusal where status.isDiskFull {
            log("the signing algorithm is not changed to \(algorithm.rawValue): \(refusal)")
        }
    }

    /// Ends in order: what waits is served, the last entry is signed for, the views are synced and marked clean.
    package func close() async throws {
        status.close()
        arrivals.close()
        if status.refusal == nil {
            _ = try? await perform(RecordEvents([Event(LedgerSubject.entry(.closed), chain: .platform)]), by: .system)
        }
        writer.close()
        verification.close()
        verifier.join()
        followerBell.signal()
        follower.join()
        kept.close()
        do {
            try notary.close()
            guard status.stopped == nil, !status.isViewDamaged else { return }
            for environment in views.environments { try environment.sync() }
            try ViewTrust(directory, world: world).markClean(untold: isStopRecorded ? .clean : untoldStop)
        } catch {
            // What was acknowledged is durable; the next start signs for it and looks the views over.
            status.report("the stop was not clean: \(error)")
        }
    }

    private static func notary(_ opened: OpenedLedger, _ status: WriterStatus) throws -> Notary {
        let note = try opened.anchor.checkpoint()
        return Notary(
            origin: opened.opening.origin,
            anchor: opened.anchor,
            signers: try opened.opening.checkpointKeys.signers(opened.keys),
            edge: opened.opening.range,
            published: note,
            publishedSize: opened.opening.anchored?.size ?? 0,
            world: opened.world,
            status: status
        )
    }

    private func start(_ opened: OpenedLedger, _ clock: ClockWatch, _ owed: Owed, _ options: Options) throws {
        let attestedAt = try lastAttestation() ?? .earliest
        backups.begin(at: try recordedBackup())
        // Made by who serves, so that whoever backs up leaves word in a folder that can be read here.
        if isOnFileSystem { _ = try? directory.backups() }
        try writer.start(
            { [self] in
                WriterCore(
                    ledger: LedgerWriter(
                        tables: tables,
                        keys: keys,
                        ledgerID: identity.id,
                        range: opened.opening.range,
                        lastRecordedAt: opened.opening.lastRecordedAt,
                        random: world.random,
                        witness: HeadWitness(views)
                    ),
                    tables: tables,
                    views: views,
                    keys: keys,
                    answers: answers,
                    anchor: anchor,
                    identity: identity,
                    attestedAt: attestedAt,
                    clock: clock,
                    clockMemory: clockMemory,
                    owed: owed,
                    world: world,
                    status: status,
                    reads: reads,
                    refusals: refusals,
                    rates: rates,
                    verification: verification,
                    backups: backups,
                    auditMaking: auditMaking,
                    ownScopes: ownScopes,
                    freeBytes: { [directory] in directory.spaces.map(\.freeBytes).min() },
                    onCommit: { [self] types, edge in committed(types, edge) }
                )
            },
            onTick: { [self] in tick() },
            onStop: { [self] stop in
                if stop.viewsAreDamaged { try? ViewTrust(directory, world: world).forget() }
                options.onStop(stop.why)
            }
        )
        try notary.start()
    }

    private func lastAttestation() throws -> Instant? {
        guard let index = try read({ try $0.latest(ChainsSubject.entry(.attested)) }) else { return nil }
        return try entry(at: index)?.recordedAt
    }

    /// An entry, decoded; `nil` past the end, and where retention removed it.
    package func entry(at index: UInt64) throws -> Entry? {
        try tables.environment.read { try tables.entry(index, $0) }.map { try Entry(decoding: $0) }
    }

    /// What is looked after between commits: those who wait in vain, dead readers, the free space on the disk.
    private func tick() {
        let now = world.sinceBoot()
        arrivals.advance(to: status.size, now: now)
        guard status.isCheckDue(now: now) else { return }
        if keyRing.members.isEmpty { try? reloadKeyRing() }
        _ = try? tables.environment.checkReaders()
        for environment in views.environments { _ = try? environment.checkReaders() }
        if isOnFileSystem { backups.checkForNewer(directory, tables, size: status.size) { status.report($0) } }
        let spaces = directory.spaces
        if !spaces.isEmpty {
            status.disks(have: spaces)
            // Not while there is none: it was deleted to get free space, and would take it back.
            if !status.isDiskShort { try? directory.restoreReserve() }
        }
    }

    /// Nobody backs up beside a server whose disk is simulated.
    private var isOnFileSystem: Bool { directory.path("") != nil }

    private static let signingKeyTypes = SigningKey.noun + "."

    private func committed(_ types: [String], _ edge: CompactRange) {
        notary.advance(to: edge)
        arrivals.advance(to: edge.size, now: world.sinceBoot())
        if types.contains(where: { $0.hasPrefix(Self.signingKeyTypes) }) {
            do {
                try reloadKeyRing()
            } catch {
                // A key that was revoked must not go on signing: until they can be read, there are none.
                ring.withLock { $0 = KeyRing.empty }
                status.report("the signing keys could not be read again: \(error)")
            }
        }
    }
}
