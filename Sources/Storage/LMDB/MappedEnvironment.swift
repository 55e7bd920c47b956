import CLMDB
import Glibc
import Synchronization

/// An LMDB environment of the file system, with its idle read transactions.
///
/// What each flag is for: MDB_NOTLS lets a read transaction pass from thread to thread, so that ended ones can be used
/// again. MDB_NOSYNC is set for `sync: .none` alone. MDB_WRITEMAP is never set (a stray pointer could write the file),
/// nor MDB_NOMEMINIT (unused memory of the process would reach the disk).
@safe
final class MappedEnvironment: Sendable {
    struct State {
        /// Reset read transactions that keep their place among the readers, so that the next read need not find one.
        var idle: [MappedTransaction] = []
        /// One more of them that only the writer takes, and only when there is no place for another.
        var reserve: MappedTransaction?
        /// The thread that has the write transaction open.
        var writer: pthread_t?
        var tables: [String: Table] = [:]
        /// Set when a growth left no map at all: whatever reads now would crash.
        var isUnmapped = false
    }

    /// How many ended read transactions are kept; more threads than these rarely read at one moment.
    static let idleReadersMax = 16

    let path: String
    let options: Environment.Options
    let gate = ReaderGate()
    let state = Mutex(State())
    /// Made in `init`, closed in `deinit`.
    ///
    /// LMDB's environment may be used by all threads, except while it is mapped anew, which `gate` keeps apart.
    nonisolated(unsafe) let handle: OpaquePointer
    private let folder: Machine.FileIdentity?

    init(path: String, options: Environment.Options) throws(StorageError) {
        if options.access == .readWrite { try RealFolder.make(path) }
        let folder = options.access == .copied ? nil : try OpenFolders.claim(path)
        do throws(StorageError) {
            try DataFile.coverLastPage(of: "\(path)/\(DataFile.name)", access: options.access)
            unsafe handle = try Self.open(path, options)
            // LMDB syncs what is in the file, but not that there is a file.
            if options.access == .readWrite { try RealFolder(path: path, isMade: false).syncNames() }
        } catch {
            if let folder { OpenFolders.release(folder) }
            throw error
        }
        self.path = path
        self.options = options
        self.folder = folder
        guard options.access == .readWrite else { return }
        // The first read that ends becomes the reserve.
        endRead(try beginRead())
    }

    deinit {
        let (idle, reserve) = state.withLock { ($0.idle, $0.reserve) }
        for transaction in idle + [reserve].compactMap(\.self) { unsafe mdb_txn_abort(transaction.handle) }
        unsafe mdb_env_close(handle)
        if let folder { OpenFolders.release(folder) }
    }

    private static func open(_ path: String, _ options: Environment.Options) throws(StorageError) -> OpaquePointer {
        var made: OpaquePointer?
        let making = unsafe mdb_env_create(&made)
        guard making == MDB_SUCCESS, let handle = unsafe made else { throw StorageError(code: making, "open \(path)") }
        do throws(StorageError) {
            try check(unsafe mdb_env_set_maxdbs(handle, UInt32(options.tablesMax)), "open \(path)")
            try check(unsafe mdb_env_set_maxreaders(handle, UInt32(options.readersMax)), "open \(path)")
            if options.access == .readWrite {
                // A reader takes the size that the writer has written down.
                let bytes = Environment.Options.wholeBlocks(options.mapBytes)
                try check(unsafe mdb_env_set_mapsize(handle, bytes), "open \(path)")
            }
            try check(unsafe mdb_env_open(handle, path, flags(options), 0o600), "open \(path)")
        } catch {
            unsafe mdb_env_close(handle)
            throw error
        }
        return unsafe handle
    }

    private static func flags(_ options: Environment.Options) -> UInt32 {
        let access: Int32 =
            switch options.access {
            case .readWrite: 0
            case .readOnly: MDB_RDONLY
            case .copied: MDB_RDONLY | MDB_NOLOCK
            }
        let sync: Int32 =
            switch options.sync {
            case .everyCommit: 0
            case .none: MDB_NOSYNC
            }
        return UInt32(MDB_NOTLS | access | sync)
    }

    static func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(StorageError) {
        guard code == MDB_SUCCESS else { throw StorageError(code: code, operation()) }
    }
}
