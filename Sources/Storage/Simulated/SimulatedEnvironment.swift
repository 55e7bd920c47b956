import CLMDB
import Glibc
import Synchronization

/// The twin of an LMDB environment on a simulated disk.
final class SimulatedEnvironment: Sendable {
    /// What the disk keeps of it.
    struct Stored: Sendable {
        var tables = Recorded(SimulatedTables())
        /// Set by a commit that was kept but reported as failed, until the environment is opened again.
        var isPanicked = false
    }

    private struct Opened {
        var mapBytes: Int
        var isWriting = false
        /// How many reads are under way.
        var reads = 0
    }

    /// The twin's growth waits for the reads under way as well, but not as long.
    private static let growthPatienceMilliseconds = 200

    let name: String
    private let disk: SimulatedDisk
    private let life: Int
    private let options: Environment.Options
    private let opened: Mutex<Opened>

    init(disk: SimulatedDisk, name: String, options: Environment.Options) throws(StorageError) {
        self.disk = disk
        self.name = name
        self.options = options
        life = disk.life
        opened = Mutex(Opened(mapBytes: Environment.Options.wholeBlocks(options.mapBytes)))
        try disk.use(life: life, "open \(name)") { (state) throws(StorageError) in
            guard options.access == .readWrite || state.environments[name] != nil else {
                throw StorageError(code: ENOENT, "open \(name)")
            }
            state.environments[name, default: Stored()].isPanicked = false
        }
    }

    func snapshot() throws(StorageError) -> SimulatedTables {
        try disk.use(life: life, "begin a read") { (state) throws(StorageError) in
            let stored = state.environments[name, default: Stored()]
            guard !stored.isPanicked else { throw StorageError(code: MDB_PANIC, "begin a read") }
            return stored.tables.current
        }
    }

    func beginRead() throws(StorageError) -> SimulatedTables {
        let tables = try snapshot()
        opened.withLock { $0.reads += 1 }
        return tables
    }

    func endRead() { opened.withLock { $0.reads -= 1 } }

    func table(_ tableName: String) throws(StorageError) -> Table {
        let table = Table(name: tableName, handle: 0)
        guard try !snapshot().contains(tableName) else { return table }
        guard options.access == .readWrite else { throw StorageError(.notFound, "open table \(tableName)") }
        guard try snapshot().count < options.tablesMax else {
            throw StorageError(code: MDB_DBS_FULL, "open table \(tableName)")
        }
        let write = try beginWrite()
        write.make(tableName)
        try write.commit()
        return table
    }

    func beginWrite() throws(StorageError) -> SimulatedWrite {
        let tables = try snapshot()
        let isOurs = opened.withLock { opened in
            guard !opened.isWriting else { return false }
            opened.isWriting = true
            return true
        }
        guard isOurs else { throw StorageError(.busy, "begin a second write transaction") }
        return SimulatedWrite(tables, of: self)
    }

    func endWrite() {
        opened.withLock { $0.isWriting = false }
    }

    func commit(_ tables: SimulatedTables) throws(StorageError) {
        let options = options
        try change(name, "commit to \(name)") { (stored, fault) throws(StorageError) in
            switch fault {
            case nil:
                stored.tables.change(to: tables)
                if options.sync == .everyCommit { stored.tables.sync() }
            case .lost, .torn:
                // A torn commit is one whose last page, which makes it valid, never arrived.
                stored.tables.startLosing()
                stored.tables.change(to: tables)
            case .keptButDenied(let error):
                stored.tables.change(to: tables)
                stored.tables.sync()
                stored.isPanicked = true
                throw error
            }
        }
    }

    func sync() throws(StorageError) {
        try change(name, "sync \(name)") { (stored, fault) throws(StorageError) in
            switch fault {
            case nil: stored.tables.sync()
            case .lost, .torn: stored.tables.startLosing()
            case .keptButDenied(let error):
                stored.tables.sync()
                throw error
            }
        }
    }

    func copyWithin(as name: String) throws(StorageError) { try copy(to: disk, as: name) }

    func copy(to target: SimulatedDisk, as name: String) throws(StorageError) {
        let tables = try snapshot()
        let operation = "copy \(self.name) to \(name)"
        try target.use(life: target.life, operation) { (state) throws(StorageError) in
            let fault = try state.begin(operation)
            var stored = Stored()
            if case .lost = fault { stored.tables.startLosing() }
            if case .torn = fault { stored.tables.startLosing() }
            stored.tables.change(to: tables)
            stored.tables.sync()
            state.environments[name] = stored
            if case .keptButDenied(let error) = fault { throw error }
        }
    }

    private func change(
        _ name: String,
        _ operation: String,
        _ body: (inout Stored, SilentFault?) throws(StorageError) -> Void
    ) throws(StorageError) {
        disk.letOthersGo()
        try disk.use(life: life, operation) { (state) throws(StorageError) in
            let fault = try state.begin(operation)
            try body(&state.environments[name, default: Stored()], fault)
        }
    }

    var mapBytes: Int { opened.withLock { $0.mapBytes } }

    var sizeBytes: Int { (try? snapshot().bytes) ?? 0 }

    func grow(toBytes bytes: Int) throws(StorageError) {
        for _ in 0..<Self.growthPatienceMilliseconds {
            let isAlone = try opened.withLock { (opened) throws(StorageError) in
                guard !opened.isWriting else {
                    throw StorageError(.busy, "grow \(name) with a write transaction open")
                }
                guard opened.reads == 0 else { return false }
                opened.mapBytes = max(opened.mapBytes, Environment.Options.wholeBlocks(bytes))
                return true
            }
            if isAlone { return }
            usleep(1_000)
        }
        throw StorageError(.busy, "grow \(name)")
    }
}
