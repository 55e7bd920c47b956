import CLMDB
import Glibc

/// An LMDB transaction: the calls that read and change tables.
///
/// `@unchecked Sendable` holds because with MDB_NOTLS a read transaction belongs to no thread, and `Environment` hands
/// it to one read at a time; a write transaction never leaves the thread that began it (`WriteTransaction` is neither
/// copyable nor sendable).
@safe
struct MappedTransaction: @unchecked Sendable {
    let handle: OpaquePointer

    func lookUp(_ table: Table, _ key: [UInt8], _ body: (Span<UInt8>) -> Void) throws(StorageError) -> Bool {
        guard !key.isEmpty else { return false }
        var value = unsafe MDB_val()
        let code = unsafe key.withUnsafeBufferPointer { bytes in
            var wanted = unsafe MDB_val(bytes)
            return unsafe mdb_get(handle, table.handle, &wanted, &value)
        }
        guard try Self.isFound(code, "read \(table.name)") else { return false }
        body(unsafe value.bytes.span)
        return true
    }

    func statistics(_ table: Table) throws(StorageError) -> TableStatistics {
        var numbers = MDB_stat()
        let code = unsafe mdb_stat(handle, table.handle, &numbers)
        guard code == MDB_SUCCESS else { throw StorageError(code: code, "count \(table.name)") }
        return TableStatistics(
            entries: numbers.ms_entries,
            pages: numbers.ms_branch_pages + numbers.ms_leaf_pages + numbers.ms_overflow_pages,
        )
    }

    func put(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        try store(table, key, value, flags: 0, "put into \(table.name)")
    }

    func append(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        try store(table, key, value, flags: UInt32(MDB_APPEND), "append to \(table.name)")
    }

    /// - Returns: whether the key was new; where it was not, its value is lent and stays.
    func add(
        _ table: Table,
        _ key: [UInt8],
        _ value: [UInt8],
        _ present: (Span<UInt8>) -> Void,
    ) throws(StorageError) -> Bool {
        var stored = unsafe MDB_val()
        let code = unsafe key.withUnsafeBufferPointer { keyBytes in
            unsafe value.withUnsafeBufferPointer { valueBytes in
                var storedKey = unsafe MDB_val(keyBytes)
                unsafe stored = MDB_val(valueBytes)
                return unsafe mdb_put(handle, table.handle, &storedKey, &stored, UInt32(MDB_NOOVERWRITE))
            }
        }
        if code == MDB_SUCCESS { return true }
        guard code == MDB_KEYEXIST else { throw StorageError(code: code, "add to \(table.name)") }
        present(unsafe stored.bytes.span)
        return false
    }

    func delete(_ table: Table, _ key: [UInt8]) throws(StorageError) -> Bool {
        let code = unsafe key.withUnsafeBufferPointer { bytes in
            var wanted = unsafe MDB_val(bytes)
            return unsafe mdb_del(handle, table.handle, &wanted, nil)
        }
        return try Self.isFound(code, "delete from \(table.name)")
    }

    private func store(
        _ table: Table,
        _ key: [UInt8],
        _ value: [UInt8],
        flags: UInt32,
        _ operation: @autoclosure () -> String
    ) throws(StorageError) {
        let code = unsafe key.withUnsafeBufferPointer { keyBytes in
            unsafe value.withUnsafeBufferPointer { valueBytes in
                var storedKey = unsafe MDB_val(keyBytes)
                var storedValue = unsafe MDB_val(valueBytes)
                return unsafe mdb_put(handle, table.handle, &storedKey, &storedValue, flags)
            }
        }
        guard code == MDB_SUCCESS else { throw StorageError(code: code, operation()) }
    }

    static func isFound(_ code: Int32, _ operation: @autoclosure () -> String) throws(StorageError) -> Bool {
        switch code {
        case MDB_SUCCESS: true
        case MDB_NOTFOUND: false
        default: throw StorageError(code: code, operation())
        }
    }
}

extension MDB_val {
    /// Lends bytes to LMDB, which takes a mutable pointer but does not write through it.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    var bytes: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: mv_data?.assumingMemoryBound(to: UInt8.self), count: mv_size)
    }
}
