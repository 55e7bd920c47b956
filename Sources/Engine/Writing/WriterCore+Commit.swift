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
        let written = ledger.prepared
        try commitLedger()
        let applied = ViewStore.Applied(size: ledger.range.size, root: ledger.range.root)
        destroyKeys()
        try? anchor.hint(Anchor.HeadHint(size: applied.size, root: applied.root))
        CrashPoint.beforeViews.pass()
        do {
            try draft.commit(applied: applied)
        } catch {
            // LMDB may find its map full as late as here; the draft has to let go of it before it can grow.
            draft.abandon()
            behind = Behind(written: written, applied: applied)
            return try isFollowed(after: error, draft.fullPart)
        }
        announce(written, applied)
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
            for item in behind.written {
                let entry = try FoldedEntry(item)
                try draft.fold(entry)
                if entry.endsCommand { try draft.keep() }
            }
            try draft.commit(applied: behind.applied)
        }
        self.behind = nil
        announce(behind.written, behind.applied)
    }

    private func announce(_ written: [LedgerWriter.Prepared], _ applied: ViewStore.Applied) {
        status.committed(size: applied.size)
        onCommit(written.map(\.entry.type), ledger.range)
    }

    private func commitLedger() throws {
        do {
            try owed.settle()
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
    /// Its outcome is unknown; only a full disk, which keeps what it took, is looked into. What is of the moment is
    /// said by us alone, as of a growth that long reads kept out, and always before anything is written: no commit
    /// reports it.
    private func judge(_ error: any Error) throws {
        let fault = error as? StorageError
        if let fault, fault.isPassing {
            status.putOff("\(fault)")
            throw Self.later
        }
        guard let fault, isDiskFull(fault) else { throw Stop(why: "the ledger could not be written: \(error)") }
        do {
            if try ledger.isDurable() { return ledger.settle() }
        } catch {
            throw Stop(why: "what became of the ledger's last commit cannot be read: \(error)")
        }
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
