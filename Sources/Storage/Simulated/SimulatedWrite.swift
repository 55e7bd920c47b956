import CLMDB

/// The one write transaction of a simulated environment: a copy of its tables that is being changed.
final class SimulatedWrite {
    private let environment: SimulatedEnvironment
    private var tables: SimulatedTables
    /// As in LMDB, a transaction that ran out of map can only be given up.
    private var isSpoiled = false

    init(_ tables: SimulatedTables, of environment: SimulatedEnvironment) {
        self.tables = tables
        self.environment = environment
    }

    func readable() throws(StorageError) -> SimulatedTables {
        guard !isSpoiled else { throw StorageError(code: MDB_BAD_TXN, "use a transaction of \(environment.name)") }
        return tables
    }

    func make(_ name: String) {
        tables.make(name)
    }

    func put(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        _ = try readable()
        try tables.set(table, key, value)
        guard tables.bytes <= environment.mapBytes else {
            isSpoiled = true
            throw StorageError(code: MDB_MAP_FULL, "put into \(table.name)")
        }
    }

    func append(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        if let last = try readable().lastKey(table), !last.precedes(key) {
            throw StorageError(code: MDB_KEYEXIST, "append to \(table.name)")
        }
        try put(table, key, value)
    }

    func add(
        _ table: Table,
        _ key: [UInt8],
        _ value: [UInt8],
        _ present: (Span<UInt8>) -> Void,
    ) throws(StorageError) -> Bool {
        if try readable().lookUp(table, key, present) { return false }
        try put(table, key, value)
        return true
    }

    func delete(_ table: Table, _ key: [UInt8]) throws(StorageError) -> Bool {
        _ = try readable()
        return try tables.remove(table, key)
    }

    func commit() throws(StorageError) {
        defer { environment.endWrite() }
        try environment.commit(readable())
    }

    func abort() {
        environment.endWrite()
    }
}
