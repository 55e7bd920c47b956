import EventLog
import Storage
import Views

extension WriterCore {
    /// Entries that are durable and not folded yet.
    struct Behind {
        let run: Run
        var applied: ViewStore.Applied { ViewStore.Applied(size: run.size, root: run.root) }
    }

    /// Makes what was decided durable, first in the ledger, then in the views.
    ///
    /// - Returns: whether the views have followed; if not, they do before anything else is decided.
    /// - Throws: `Refusal` when nothing was kept and nothing may be answered, for want of room or of a moment without
    ///   long reads; `Stop` when going on could lose what was acknowledged.
    func commit(_ draft: ViewDraft) throws -> Bool {
        guard !ledger.prepared.isEmpty else { return true }
        guard try commitBoth(draft) else { return false }
        // Not before: what was only folded late has told nobody that there was no room.
        if tellsOfRoom { status.diskIsFull(false) }
        return true
    }

    private func commitBoth(_ draft: ViewDraft) throws -> Bool {
        let run = try commitLedger()
        let applied = ViewStore.Applied(size: run.size, root: run.root)
        destroyKeys()
        try? anchor.hint(Anchor.HeadHint(size: applied.size, root: applied.root))
        CrashPoint.beforeViews.pass()
        do {
            try draft.commit(applied: applied)
        } catch {
            // LMDB may find its map full as late as here; the draft has to let go of it before it can grow.
            draft.abandon()
            behind = Behind(run: run)
            return try isFollowed(after: error, draft.fullPart)
        }
        announce(run)
        return true
    }

    /// Keeps the promise of entries that are durable: their keys open nothing from here on, and their bytes go.
    ///
    /// What cannot be done now is done before the next commit, or at the next start.
    private func destroyKeys() {
        let names = ledger.takeDestroyed().map(KeyName.data)
        if names.isEmpty { return }
        keys.condemn(names)
        do {
            try owed.write { [keys] in try keys.destroy(names) }
        } catch {
            status.report("data keys that entries destroy could not be destroyed yet: \(error)")
        }
    }

    /// Folds what the views could not take before.
    ///
    /// - Throws: `Refusal` while there is still no room, or no moment to make some.
    func followLedger() throws {
        guard behind != nil else { return }
        var fullPart: ViewPart?
        do {
            try foldBehind(&fullPart)
        } catch {
            guard try isFollowed(after: error, fullPart) else {
                throw status.isDiskFull ? Refusal.diskFull : Self.later
            }
        }
    }

    /// The entries stand, so the views must follow before anybody is answered: grow and fold again, or wait for room.
    private func isFollowed(after error: any Error, _ fullPart: ViewPart?) throws -> Bool {
        guard let fault = error as? StorageError else { throw Self.stop(error) }
        guard fault.kind == .mapFull else {
            try wait(for: fault)
            return false
        }
        do {
            try views.grow(fullPart ?? .state)
            var fullPart: ViewPart?
            try foldBehind(&fullPart)
            return true
        } catch let fault as StorageError {
            try wait(for: fault)
            return false
        } catch {
            throw Self.stop(error)
        }
    }

    /// Lets the views wait for room on the disk, or until long reads no longer keep their file from growing.
    private func wait(for fault: StorageError) throws {
        if isDiskFull(fault) {
            if !status.isDiskFull { status.report("the disk is full: the views wait for room") }
            status.diskIsFull(true)
        } else if fault.isPassing {
            status.putOff("the views wait: \(fault)")
        } else {
            throw Self.stop(fault)
        }
    }

    /// A commit may have reached one part of the views and not the other.
    private func foldBehind(_ fullPart: inout ViewPart?) throws {
        guard let behind else { return }
        for part in views.followingParts.reversed() where try views.applied(part) != behind.applied {
            let draft = try views.draft(of: [part])
            defer {
                fullPart = draft.fullPart
                draft.abandon()
            }
            try draft.fold(behind.run)
            try draft.commit(applied: behind.applied)
        }
        self.behind = nil
        announce(behind.run)
    }

    private func announce(_ run: Run) {
        status.committed(size: run.size)
        onCommit(run.entries.map(\.entry.type), ledger.range)
    }

    private func commitLedger() throws -> Run {
        switch settled() ?? ledger.commit(answers: answers, isFull: isDiskFull) {
        case .durable(let run): return run
        case .refused(let fault) where fault.isPassing:
            status.putOff("\(fault)")
            throw Self.later
        case .refused:
            if !status.isDiskFull { status.report("the disk is full: writes are refused until there is room") }
            status.diskIsFull(true)
            throw Refusal.diskFull
        case .unknown(let error): throw Stop(why: "the ledger could not be written: \(error)")
        }
    }

    /// Writes what is owed.
    ///
    /// - Returns: why nothing may be written after it; nil where it may.
    private func settled() -> Appended? {
        do {
            try owed.settle()
            return nil
        } catch let fault as StorageError where fault.isPassing || isDiskFull(fault) {
            return .refused(fault)
        } catch {
            return .unknown(error)
        }
    }

    /// A short write on a full disk reports an input/output error; only the free space tells the two apart.
    private func isDiskFull(_ fault: StorageError) -> Bool {
        switch fault.kind {
        case .full: true
        case .io: (freeBytes() ?? .max) < Self.freeBytesMin
        case .mapFull, .corrupted, .panic, .readersFull, .tookTooLong, .readOnly, .notFound, .notPermitted, .outOfOrder,
            .busy,
            .locked, .invalid, .system:
            false
        }
    }
}
