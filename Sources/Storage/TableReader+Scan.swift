extension TableReader where Self: ~Copyable {
    /// Goes over a table in order until the closure returns false.
    ///
    /// Forward starts at the first key that is `from` or greater, backward at the last key that is `from` or smaller;
    /// without a key, at the respective end.
    @inlinable
    package borrowing func scan(
        _ table: Table,
        from key: [UInt8]? = nil,
        _ direction: ScanDirection = .forward,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var failure: StorageError?
        try walk(table, from: key, direction) { key, value in
            do throws(StorageError) {
                return try body(key, value)
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }

    /// The same for a closure with errors of its own.
    @inlinable
    package borrowing func scan(
        _ table: Table,
        from key: [UInt8]? = nil,
        _ direction: ScanDirection = .forward,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Bool
    ) throws {
        var failure: (any Error)?
        try walk(table, from: key, direction) { key, value in
            do {
                return try body(key, value)
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }

    /// Goes forward over the keys that begin with a prefix, until the closure returns false.
    @inlinable
    package borrowing func scan(
        _ table: Table,
        prefix: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(StorageError) -> Bool
    ) throws(StorageError) {
        try scan(table, from: prefix, .forward) { (key, value) throws(StorageError) in
            guard key.starts(with: prefix) else { return false }
            return try body(key, value)
        }
    }

    /// The last key of a table with its value, copied.
    package borrowing func last(_ table: Table) throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        var row: (key: [UInt8], value: [UInt8])?
        try walk(table, from: nil, .backward) { key, value in
            row = (key.copied, value.copied)
            return false
        }
        return row
    }
}
