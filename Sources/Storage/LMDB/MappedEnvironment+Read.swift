import CLMDB
import Glibc
import Synchronization

extension MappedEnvironment {
    /// Enters the gate and gives a read transaction, which must come back to `endRead` on the same thread.
    ///
    /// - Parameter hasReserve: whether it may take the place that is kept for the writer when there is no other.
    func beginRead(hasReserve: Bool = false) throws(StorageError) -> MappedTransaction {
        do throws(StorageError) {
            return try enterAndRead(hasReserve: false)
        } catch {
            // Another process has enlarged the map, or a dead one still holds the places: both can be put right, once.
            switch error.code {
            case MDB_MAP_RESIZED: try adoptMap()
            case MDB_READERS_FULL: try checkReaders()
            default: throw error
            }
        }
        return try enterAndRead(hasReserve: hasReserve)
    }

    private func enterAndRead(hasReserve: Bool) throws(StorageError) -> MappedTransaction {
        try gate.enter()
        do throws(StorageError) {
            do throws(StorageError) {
                return try beginInside()
            } catch {
                guard hasReserve, error.code == MDB_READERS_FULL, let reserve = takeReserve() else { throw error }
                return try renew(reserve)
            }
        } catch {
            gate.leave()
            throw error
        }
    }

    private func beginInside() throws(StorageError) -> MappedTransaction {
        let (idle, isUnmapped) = state.withLock { ($0.idle.popLast(), $0.isUnmapped) }
        guard !isUnmapped else { throw StorageError(code: MDB_PANIC, "begin a read") }
        guard let idle else { return try begin(flags: UInt32(MDB_RDONLY), "begin a read") }
        return try renew(idle)
    }

    private func takeReserve() -> MappedTransaction? {
        state.withLock { state in
            defer { state.reserve = nil }
            return state.reserve
        }
    }

    private func renew(_ idle: MappedTransaction) throws(StorageError) -> MappedTransaction {
        let code = unsafe mdb_txn_renew(idle.handle)
        guard code == MDB_SUCCESS else {
            unsafe mdb_txn_abort(idle.handle)
            throw StorageError(code: code, "begin a read")
        }
        return idle
    }

    func begin(flags: UInt32, _ operation: String) throws(StorageError) -> MappedTransaction {
        var begun: OpaquePointer?
        let code = unsafe mdb_txn_begin(handle, nil, flags, &begun)
        guard code == MDB_SUCCESS, let transaction = unsafe begun else { throw StorageError(code: code, operation) }
        return unsafe MappedTransaction(handle: transaction)
    }

    func endRead(_ transaction: MappedTransaction) {
        unsafe mdb_txn_reset(transaction.handle)
        let isKept = state.withLock { state in
            if state.reserve == nil, options.access == .readWrite {
                state.reserve = transaction
                return true
            }
            guard state.idle.count < Self.idleReadersMax else { return false }
            state.idle.append(transaction)
            return true
        }
        if !isKept { unsafe mdb_txn_abort(transaction.handle) }
        gate.leave()
    }

    @discardableResult
    func checkReaders() throws(StorageError) -> Int {
        var dead: Int32 = 0
        try Self.check(unsafe mdb_reader_check(handle, &dead), "check the readers of \(path)")
        return Int(dead)
    }
}
