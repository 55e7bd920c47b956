import EventLog
import Identity
import Storage
import Views

/// Brings the views up to the ledger at a start: the state first, of which nothing is served before it is whole.
struct OpeningViews {
    let directory: DataDirectory
    let opened: OpenedLedger
    let left: LeftState
    /// How many entries the audit may lack: with more it is made anew beside serving.
    let auditEntriesMax: UInt64
    let log: (String) -> Void

    /// The views of a start, and what it found out about them.
    struct Opened {
        let store: ViewStore
        let stop: ViewTrust.Stop
        let atStart: Instance.ViewsAtStart
        /// The tables that somebody had altered: they are made anew, and it is told.
        let altered: [String]
        let isAuditMadeAnew: Bool
    }

    private var size: UInt64 { opened.opening.range.size }

    func open() throws -> Opened {
        let trust = try ViewTrust(directory, world: opened.world)
        let (stop, standing) =
            try left.trust ?? (ViewTrust.untoldStop(in: directory, world: opened.world), trust.standing())
        var (atStart, altered) = (Instance.ViewsAtStart.kept, [String]())
        var (isState, isAuditKept) = (false, standing.isAuditKept)
        if let found = try left.take() {
            // Whatever else is wrong with it: what it has folded and the ledger lacks is lost.
            if let applied = found.applied { try opened.builder.requireInLedger(applied, of: size) }
            do {
                // Before anything is folded on it: a mark that was put back would have entries folded twice.
                altered = try found.altered()
                if altered.isEmpty {
                    // What is folded from here on is not synced, and would be believed after a power cut: so not before
                    // this.
                    if standing.views == .clean, found.applied?.size ?? 0 < size { try trust.markInUse() }
                    if try opened.builder.catchUp(found.store, to: size) > 0 { atStart = .caughtUp }
                    isState = true
                }
            } catch is ViewFault {
                // A row or the mark is damaged: views are derived, so they are made anew rather than mended.
            } catch is Poison {
                // The entry does not follow from these views; whether it does from its own past, the next try tells.
            }
        }
        if !altered.isEmpty { log("the views were altered, and are made anew: \(altered.joined(separator: ", "))") }
        if !isState {
            isAuditKept = false
            if try installKept(trust, stop) {
                atStart = .fromKept
            } else {
                try Rebuild.run(opened, in: directory, [.state])
                atStart = .rebuilt
            }
        }
        let kept = isAuditKept ? try storeWithKeptAudit() : nil
        let store = try kept ?? storeWithFreshAudit()
        try opened.builder.catchUp(store, [.state], to: size)
        guard try store.applied()?.root == opened.opening.range.root else {
            throw LedgerFault.rolledBack("the views were folded from another ledger; run: muniment rebuild")
        }
        // What an interrupted exchange has left: its mark must not outlive this start.
        try? directory.removeViews(Rebuild.oldName)
        return Opened(
            store: store,
            stop: stop,
            atStart: atStart,
            altered: altered,
            isAuditMadeAnew: kept == nil && atStart != .rebuilt
        )
    }

    /// Puts the second copy of the state into its place, where there is one that nothing is wrong with.
    ///
    /// The mark names its file before it moves: whatever interrupts this, the next start finds one of the two.
    private func installKept(_ trust: ViewTrust, _ stop: ViewTrust.Stop) throws -> Bool {
        let (kept, state) = (DataDirectory.folder(KeptState.name), DataDirectory.folder(ViewPart.state.name))
        guard directory.exists(kept) else { return false }
        do {
            let store = try opened.keys.viewStore(directory.keptState())
            guard let applied = try store.applied() else { return false }
            try opened.builder.requireInLedger(applied, of: size)
            let altered = try LeftState.Summed(store, applied: applied).altered()
            guard altered.isEmpty else {
                log("the second copy of the state was altered: \(altered.joined(separator: ", "))")
                return false
            }
            try opened.builder.catchUp(store, to: size)
        } catch let fault as ViewFault {
            log("the second copy of the state cannot be used: \(fault)")
            return false
        } catch let fault as StorageError where fault.isOfWhatIsStored {
            log("the second copy of the state cannot be used: \(fault)")
            return false
        } catch is Poison {
            return false
        }
        try trust.markClean(untold: stop, become: KeptState.name)
        CrashPoint.beforeKeptMoves.pass()
        try directory.remove(state)
        try directory.rename(kept, to: state)
        CrashPoint.keptMoved.pass()
        return true
    }

    /// With the audit that is there; nothing where it is damaged.
    private func storeWithKeptAudit() throws -> ViewStore? {
        do {
            let store = try opened.keys.viewStore(directory.views(.state), directory.views(.audit))
            guard try store.applied(.audit) != nil else { return nil }
            try followAudit(store)
            return store
        } catch let fault as ViewFault {
            log("the audit is damaged, and is made anew: \(fault)")
        } catch let fault as StorageError where fault.isOfWhatIsStored {
            log("the audit is damaged, and is made anew: \(fault)")
        }
        return nil
    }

    private func storeWithFreshAudit() throws -> ViewStore {
        try directory.remove(DataDirectory.folder(ViewPart.audit.name))
        let store = try opened.keys.viewStore(directory.views(.state), directory.views(.audit))
        try followAudit(store)
        return store
    }

    /// Folds what the audit lacks, or leaves it to be folded beside serving.
    private func followAudit(_ store: ViewStore) throws {
        let applied = try store.applied(.audit)
        if let applied { try opened.builder.requireInLedger(applied, of: size) }
        let folded = applied?.size ?? 0
        if size - folded <= auditEntriesMax {
            do {
                try opened.builder.catchUp(store, [.audit], to: size)
                return
            } catch let fault as StorageError where fault.kind == .full {
                // Nobody waits at a start for what only searches need.
                log("there is no room for the audit: \(fault)")
            }
        }
        log("the audit has \(folded) of \(size) entries, and is made beside serving")
        store.auditProgress = AuditMaking.beginning(folded, of: size)
    }
}
