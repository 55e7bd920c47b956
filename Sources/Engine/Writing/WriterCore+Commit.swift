import EventLog
import Storage
import Views

extension WriterCore {
    /// Entries that are durable and not folded yet.
    struct Behind {
        let written: [LedgerWriter.Prepared]
        let applied: ViewStore.Applied
    }

    /// Makes what was decided durable, first in the ledger, then in the views.
    ///
    /// - Returns: whether the views have followed; if not, they do before anything else is decided.
    /// - Throws: `Refusal.diskFull` when nothing was kept and nothing may be answered; `Stop` when going on could lose
    ///   what was acknowledged.
    func commit(_ draft: ViewDraft) throws -> Bool {
        guard !ledger.prepared.isEmpty else { return true }
        let written = ledger.prepared
        try commitLedger()
        let applied = ViewStore.Applied(size: ledger.range.size, root: ledger.range.root)
        try? anchor.hint(Anchor.HeadHint(size: applied.size, root: applied.root))
        CrashPoint.beforeViews.pass()
        do {
            try draft.commit(applied: applied)
        } catch {
            // LMDB may find its map full as late as here; the draft has to let go of it before it can grow.
            draft.abandon()
            behind = Behind(written: written, applied: applied)
            return try isFollowed(after: error)
        }
        announce(written, applied)
        return true
    }

    /// Folds what the views could not take before.
    ///
    /// - Throws: `Refusal.diskFull` while there is still no room.
    func followLedger() throws {
        guard behind != nil else { return }
        do {
            try foldBehind()
        } catch {
            guard try isFollowed(after: error) else { throw Refusal.diskFull }
        }
    }

    /// The entries stand, so the views must follow before anybody is answered: grow and fold again, or wait for room.
    private func isFollowed(after error: any Error) throws -> Bool {
        guard let fault = error as? StorageError else { throw Self.stop(error) }
        if isDiskFull(fault) {
            if !status.isDiskFull { status.report("the disk is full: the views wait for room") }
            status.diskIsFull(true)
            return false
        }
        guard fault.kind == .mapFull else { throw Self.stop(error) }
        do {
            try views.environment.grow(toBytes: views.environment.mapBytes * 2)
            try foldBehind()
            return true
        } catch let fault as StorageError where isDiskFull(fault) {
            status.diskIsFull(true)
            return false
        } catch {
            throw Self.stop(error)
        }
    }

    private func foldBehind() throws {
        guard let behind else { return }
        let draft = try openDraft()
        defer { draft.abandon() }
        for item in behind.written {
            let entry = try FoldedEntry(item, ledger: identity.id, keys: keys)
            try draft.fold(entry)
            if entry.endsCommand { try draft.keep() }
        }
        try draft.commit(applied: behind.applied)
        self.behind = nil
        announce(behind.written, behind.applied)
    }

    private func announce(_ written: [LedgerWriter.Prepared], _ applied: ViewStore.Applied) {
        if status.isDiskFull { status.diskIsFull(false) }
        status.committed(size: applied.size)
        onCommit(written.map(\.entry.type), ledger.range)
    }

    private func commitLedger() throws {
        do {
            try answers.flush(now: ledger.lastRecordedAt)
            do {
                try ledger.commit()
            } catch let fault as StorageError where fault.kind == .mapFull {
                try ledger.grow()
                try ledger.commit()
            }
        } catch {
            try judge(error)
        }
    }

    /// What a failed commit means.
    ///
    /// Its outcome is unknown; only a full disk, which keeps what it took, is looked into.
    private func judge(_ error: any Error) throws {
        guard let fault = error as? StorageError, isDiskFull(fault) else {
            throw Stop(why: "the ledger could not be written: \(error)")
        }
        if try ledger.isDurable() { return ledger.settle() }
        if !status.isDiskFull { status.report("the disk is full: writes are refused until there is room") }
        status.diskIsFull(true)
        throw Refusal.diskFull
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
