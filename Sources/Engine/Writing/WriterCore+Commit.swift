import EventLog
import Storage
import Views

extension WriterCore {
    /// Makes what was decided durable, first in the ledger, then in the views.
    ///
    /// - Throws: `Refusal.diskFull` when nothing was kept and nothing may be answered; `Stop` when going on could lose
    ///   what was acknowledged.
    func commit(_ draft: ViewDraft) throws {
        guard !ledger.prepared.isEmpty else { return }
        let written = ledger.prepared
        try commitLedger()
        let (size, root) = (ledger.range.size, ledger.range.root)
        try? anchor.hint(Anchor.HeadHint(size: size, root: root))
        let applied = ViewStore.Applied(size: size, root: root)
        do {
            try draft.commit(applied: applied)
        } catch {
            try catchUp(written, applied, after: error)
        }
        if status.isDiskFull { status.diskIsFull(false) }
        status.committed(size: size)
        onCommit(written.map(\.entry.type), ledger.range)
    }

    private func commitLedger() throws {
        var failure: any Error
        do {
            try answers.flush(now: ledger.lastRecordedAt)
            return try ledger.commit()
        } catch {
            failure = error
        }
        if let fault = failure as? StorageError, fault.kind == .mapFull {
            do {
                try ledger.grow()
                return try ledger.commit()
            } catch {
                failure = error
            }
        }
        // An unknown outcome is looked up, never guessed.
        if (try? ledger.isDurable()) == true { return ledger.settle() }
        answers.discardStaged()
        guard let fault = failure as? StorageError, isDiskFull(fault) else {
            throw Stop(why: "the ledger could not be written: \(failure)")
        }
        ledger.abandon()
        status.diskIsFull(true)
        status.report("the disk is full: writes are refused until there is room")
        throw Refusal.diskFull
    }

    /// A short write on a full disk reports an input/output error; only the free space tells the two apart.
    private func isDiskFull(_ fault: StorageError) -> Bool {
        switch fault.kind {
        case .full: true
        case .io: (freeBytes() ?? .max) < Self.freeBytesMin
        case .mapFull, .corrupted, .panic, .readersFull, .readOnly, .notFound, .notPermitted, .outOfOrder, .busy,
            .locked, .invalid, .system:
            false
        }
    }

    /// The entries stand, so the views must follow before anybody is answered: grow, and fold again.
    private func catchUp(_ written: [LedgerWriter.Prepared], _ applied: ViewStore.Applied, after error: any Error) throws {
        guard let fault = error as? StorageError, fault.kind == .mapFull else {
            throw Stop(why: "the views could not be written, they are folded again at the next start: \(error)")
        }
        try views.environment.grow(toBytes: views.environment.mapBytes * 2)
        let again = try openDraft()
        for item in written {
            let entry = try FoldedEntry(item, ledger: identity.id, keys: keys)
            try again.fold(entry)
            if entry.endsCommand { try again.keep() }
        }
        try again.commit(applied: applied)
    }
}
