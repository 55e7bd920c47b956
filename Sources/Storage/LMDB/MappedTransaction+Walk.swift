import CLMDB
import Glibc

extension MappedTransaction {
    func walk(
        _ table: Table,
        from start: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StorageError) {
        var opened: OpaquePointer?
        let opening = unsafe mdb_cursor_open(handle, table.handle, &opened)
        guard opening == MDB_SUCCESS, let cursor = unsafe opened else {
            throw StorageError(code: opening, "open a cursor on \(table.name)")
        }
        // LMDB leaves the cursors of a read transaction to their opener.
        defer { unsafe mdb_cursor_close(cursor) }

        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        var code =
            switch direction {
            case .forward: unsafe Self.seekForward(cursor, start, &key, &value)
            case .backward: unsafe Self.seekBackward(cursor, start, &key, &value)
            }
        let step =
            switch direction {
            case .forward: MDB_NEXT
            case .backward: MDB_PREV
            }
        var previous: MDB_val?
        while try Self.isFound(code, "scan \(table.name)") {
            // LMDB trusts its pages: where two lie in each other's places, a scan finds every row, and a look-up does
            // not.
            if let last = unsafe previous, unsafe !isInOrder(last, key, table, direction) {
                throw StorageError(.corrupted, "scan \(table.name), whose keys are not in order")
            }
            unsafe previous = key
            guard body(unsafe key.bytes.span, unsafe value.bytes.span) else { return }
            code = unsafe mdb_cursor_get(cursor, &key, &value, step)
        }
    }

    private func isInOrder(_ last: MDB_val, _ key: MDB_val, _ table: Table, _ direction: ScanDirection) -> Bool {
        var (last, key) = unsafe (last, key)
        let order = unsafe mdb_cmp(handle, table.handle, &last, &key)
        return switch direction {
        case .forward: order < 0
        case .backward: order > 0
        }
    }

    /// The first key that is `start` or greater.
    private static func seekForward(
        _ cursor: OpaquePointer,
        _ start: [UInt8]?,
        _ key: inout MDB_val,
        _ value: inout MDB_val
    ) -> Int32 {
        guard let start, !start.isEmpty else { return unsafe mdb_cursor_get(cursor, &key, &value, MDB_FIRST) }
        return unsafe start.withUnsafeBufferPointer { bytes in
            unsafe key = MDB_val(bytes)
            return unsafe mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE)
        }
    }

    /// The last key that is `start` or smaller: LMDB can only seek upwards, so one step back unless it hit exactly.
    private static func seekBackward(
        _ cursor: OpaquePointer,
        _ start: [UInt8]?,
        _ key: inout MDB_val,
        _ value: inout MDB_val
    ) -> Int32 {
        guard let start else { return unsafe mdb_cursor_get(cursor, &key, &value, MDB_LAST) }
        guard !start.isEmpty else { return MDB_NOTFOUND }
        return unsafe start.withUnsafeBufferPointer { bytes in
            unsafe key = MDB_val(bytes)
            let code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE)
            switch code {
            case MDB_SUCCESS:
                guard unsafe !key.bytes.elementsEqual(bytes) else { return code }
                return unsafe mdb_cursor_get(cursor, &key, &value, MDB_PREV)
            case MDB_NOTFOUND:
                return unsafe mdb_cursor_get(cursor, &key, &value, MDB_LAST)
            default:
                return code
            }
        }
    }
}
