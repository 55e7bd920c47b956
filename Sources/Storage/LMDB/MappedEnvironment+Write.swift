import CLMDB
import Glibc
import Synchronization

extension MappedEnvironment {
    /// A second write transaction is refused rather than waited for: on one thread it would wait for itself.
    func beginWrite() throws(StorageError) -> MappedTransaction {
        try gate.enter()
        defer { gate.leave() }
        let isUnmapped = try claimWriter()
        do throws(StorageError) {
            guard !isUnmapped else { throw StorageError(code: MDB_PANIC, "begin a write transaction") }
            return try begin(flags: 0, "begin a write transaction")
        } catch {
            releaseWriter()
            throw error
        }
    }

    func commit(_ transaction: MappedTransaction) throws(StorageError) {
        // LMDB ends the transaction whatever the outcome.
        defer { releaseWriter() }
        try Self.check(unsafe mdb_txn_commit(transaction.handle), "commit to \(path)")
    }

    func abort(_ transaction: MappedTransaction) {
        unsafe mdb_txn_abort(transaction.handle)
        releaseWriter()
    }

    private func claimWriter() throws(StorageError) -> Bool {
        let claim: (isOurs: Bool, isUnmapped: Bool) = state.withLock { state in
            guard state.writer == nil else { return (false, state.isUnmapped) }
            state.writer = pthread_self()
            return (true, state.isUnmapped)
        }
        guard claim.isOurs else { throw StorageError(.busy, "begin a second write transaction") }
        return claim.isUnmapped
    }

    private func releaseWriter() {
        state.withLock { $0.writer = nil }
    }

    func sync() throws(StorageError) {
        try Self.check(unsafe mdb_env_sync(handle, 1), "sync \(path)")
    }
}

extension MappedEnvironment {
    func table(_ name: String) throws(StorageError) -> Table {
        if let known = state.withLock({ $0.tables[name] }) { return known }
        let found = try find(name)
        let table = if let found { found } else { try make(name) }
        state.withLock { $0.tables[name] = table }
        return table
    }

    private func find(_ name: String) throws(StorageError) -> Table? {
        try gate.enter()
        defer { gate.leave() }
        return try openTable(name, in: begin(flags: UInt32(MDB_RDONLY), "open table \(name)"), flags: 0)
    }

    private func make(_ name: String) throws(StorageError) -> Table {
        guard options.access == .readWrite else { throw StorageError(.notFound, "open table \(name)") }
        let transaction = try beginWrite()
        defer { releaseWriter() }
        guard let table = try openTable(name, in: transaction, flags: UInt32(MDB_CREATE)) else {
            throw StorageError(.notFound, "make table \(name)")
        }
        return table
    }

    /// Ends the transaction in every case.
    ///
    /// Committing it, even a reading one, is what gives the handle to all others.
    private func openTable(
        _ name: String,
        in transaction: MappedTransaction,
        flags: UInt32
    ) throws(StorageError) -> Table? {
        var number: MDB_dbi = 0
        let code = unsafe mdb_dbi_open(transaction.handle, name, flags, &number)
        guard code == MDB_SUCCESS else {
            unsafe mdb_txn_abort(transaction.handle)
            _ = try MappedTransaction.isFound(code, "open table \(name)")
            return nil
        }
        try Self.check(unsafe mdb_txn_commit(transaction.handle), "open table \(name)")
        return Table(name: name, handle: number)
    }
}
