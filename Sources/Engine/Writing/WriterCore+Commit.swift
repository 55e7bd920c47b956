import EventLog
import Storage
import Views

extension WriterCore {
    /// The entries of a commit that stand in the ledger while the views do not show them yet.
    struct Unfolded {
        let run: Run
        /// The size and root of the ledger up to the last of them: what the views' mark says once they are folded.
        var applied: ViewStore.Applied { ViewStore.Applied(size: run.size, root: run.root) }
    }

    /// Writes the prepared entries to the ledger, where they are durable, and then commits the views' changes.
    ///
    /// Without prepared entries it does nothing.
    ///
    /// - Returns: `true` when the views show the entries. `false` when the entries are durable and the views could not
    ///   be changed, because the disk is full or a long read keeps their file from growing; then
    ///   ``foldUnfolded()`` must succeed before the next decision.
    /// - Throws: `Refusal` when no entry was written, because the disk is full or a long read keeps the ledger's file
    ///   from growing: the callers are answered with it, and the server goes on. `Stop` when it is not known what was
    ///   written, or the files are damaged: the writer ends.
    func commit(_ transaction: ViewTransaction) throws -> Bool {
        guard !ledger.prepared.isEmpty else { return true }
        guard try commitBoth(transaction) else { return false }
        // Not where entries were only folded later than written: that the disk was full is then not recorded yet. The
        // next drain records it, and its commit comes here.
        if reportsFreeSpace { status.diskIsFull(false) }
        return true
    }

    /// Commits the ledger, then the views, in this order: views never show an entry that the ledger could lose.
    ///
    /// - Returns: whether the views show the entries.
    private func commitBoth(_ transaction: ViewTransaction) throws -> Bool {
        let run = try commitLedger()
        let applied = ViewStore.Applied(size: run.size, root: run.root)
        destroyKeys()
        try? anchor.hint(Anchor.HeadHint(size: applied.size, root: applied.root))
        CrashPoint.beforeViews.pass()
        do {
            try transaction.commit(applied: applied)
        } catch {
            // LMDB may report a full map as late as in the commit. Its write transaction must end before the map can
            // grow, so the transaction ends here and the entries are folded again from the ledger's run.
            transaction.abandon()
            unfolded = Unfolded(run: run)
            return try foldAgain(after: error, transaction.fullPart)
        }
        reportCommit(run)
        return true
    }

    /// Destroys the data keys whose destruction the committed entries record.
    ///
    /// From here on they open nothing in this process. Their bytes are removed from the disk; where the disk is full,
    /// that is done before the next commit, and after any other failure at the next start.
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

    /// Folds the entries of an earlier commit that the views could not take then; does nothing where there are none.
    ///
    /// - Throws: `Refusal` when the disk is still full, or a long read still keeps the views' file from growing. `Stop`
    ///   after any other error.
    func foldUnfolded() throws {
        guard unfolded != nil else { return }
        var fullPart: ViewPart?
        do {
            try foldIntoViews(&fullPart)
        } catch {
            guard try foldAgain(after: error, fullPart) else {
                throw status.isDiskFull ? Refusal.diskFull : Self.later
            }
        }
    }

    /// Handles an error of folding durable entries: where the views' map is full, it grows and they are folded again.
    ///
    /// - Parameters:
    ///   - error: what the commit of the views, or their folding, has thrown.
    ///   - fullPart: the part of the views whose map was full, if that was seen; else `.state` grows.
    /// - Returns: `true` when the views show the entries now. `false` when they must be folded later, which the status
    ///   then says.
    /// - Throws: `Stop` after an error that time does not heal.
    private func foldAgain(after error: any Error, _ fullPart: ViewPart?) throws -> Bool {
        guard let fault = error as? StorageError else { throw Self.stop(error) }
        guard fault.kind == .mapFull else {
            try reportWaiting(for: fault)
            return false
        }
        do {
            try views.grow(fullPart ?? .state)
            var fullPart: ViewPart?
            try foldIntoViews(&fullPart)
            return true
        } catch let fault as StorageError {
            try reportWaiting(for: fault)
            return false
        } catch {
            throw Self.stop(error)
        }
    }

    /// Says in the server's status why durable entries are not folded yet: a full disk, or a read that takes long.
    ///
    /// - Throws: `Stop` for any other fault, since that does not pass by waiting.
    private func reportWaiting(for fault: StorageError) throws {
        if isDiskFull(fault) {
            if !status.isDiskFull { status.report("the disk is full: the views wait for room") }
            status.diskIsFull(true)
        } else if fault.isPassing {
            status.putOff("the views wait: \(fault)")
        } else {
            throw Self.stop(fault)
        }
    }

    /// Folds the waiting entries into each part of the views that does not show them yet, one transaction for each.
    ///
    /// The parts are asked one by one because a commit may have reached one of them and not the other.
    ///
    /// - Parameter fullPart: set to the part whose map was full, when that is why it throws.
    private func foldIntoViews(_ fullPart: inout ViewPart?) throws {
        guard let unfolded else { return }
        for part in views.followingParts.reversed() where try views.applied(part) != unfolded.applied {
            let transaction = try views.beginTransaction(of: [part])
            defer {
                fullPart = transaction.fullPart
                transaction.abandon()
            }
            try transaction.fold(unfolded.run)
            try transaction.commit(applied: unfolded.applied)
        }
        self.unfolded = nil
        reportCommit(unfolded.run)
    }

    /// Tells the status and whoever listens that entries are durable and that the views show them.
    private func reportCommit(_ run: Run) {
        status.committed(size: run.size)
        onCommit(run.entries.map(\.entry.type), ledger.range)
    }

    /// Writes the prepared entries to the ledger in one durable transaction.
    ///
    /// - Returns: the entries as they were written.
    /// - Throws: `Refusal` when surely nothing was written; `Stop` when that is not known.
    private func commitLedger() throws -> Run {
        switch writeOwed() ?? ledger.commit(answers: answers, isFull: isDiskFull) {
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

    /// Writes what the start had to leave unwritten on a full disk: nothing is committed before that.
    ///
    /// - Returns: `nil` when all of it is written, and the commit may go on; else how the commit ends, without having
    ///   written anything.
    private func writeOwed() -> Appended? {
        do {
            try owed.writeAll()
            return nil
        } catch let fault as StorageError where fault.isPassing || isDiskFull(fault) {
            return .refused(fault)
        } catch {
            return .unknown(error)
        }
    }

    /// Whether a fault means that the disk is full.
    ///
    /// A short write on a full disk is reported as an input/output error, as a broken disk is. It counts as a full disk
    /// when fewer than `freeBytesMin` bytes are free.
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
