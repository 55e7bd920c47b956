/// One committed moment of an environment, for as long as the closure that was given it runs.
package struct ReadTransaction: ~Copyable, TableReader {
    enum Source {
        case mapped(MappedTransaction, of: MappedEnvironment)
        case simulated(SimulatedTables, of: SimulatedEnvironment)
    }

    /// Rows of a scan between two looks at the clock.
    private static let rowsBetweenLooks = 64

    private let source: Source
    private let reads: OpenReads
    private let open: OpenRead?

    init(_ source: Source, of reads: OpenReads, isAtLength: Bool) {
        self.source = source
        self.reads = reads
        open = reads.begin(isAtLength: isAtLength)
    }

    deinit {
        if let open { reads.end(open) }
        switch source {
        case .mapped(let transaction, let environment): environment.endRead(transaction)
        case .simulated(_, let environment): environment.endRead()
        }
    }

    package borrowing func lookUp(
        _ table: Table,
        _ key: [UInt8],
        _ body: (Span<UInt8>) -> Void
    ) throws(StorageError) -> Bool {
        try requireTime("read \(table.name)")
        switch source {
        case .mapped(let transaction, _): return try transaction.lookUp(table, key, body)
        case .simulated(let tables, _): return try tables.lookUp(table, key, body)
        }
    }

    package borrowing func walk(
        _ table: Table,
        from key: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StorageError) {
        try requireTime("scan \(table.name)")
        let open = open
        var (rows, isOver) = (0, false)
        func step(_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
            rows += 1
            if rows.isMultiple(of: Self.rowsBetweenLooks), open?.isOver ?? false {
                isOver = true
                return false
            }
            return body(key, value)
        }
        switch source {
        case .mapped(let transaction, _): try transaction.walk(table, from: key, direction, step)
        case .simulated(let tables, _): try tables.walk(table, from: key, direction, step)
        }
        if isOver { throw StorageError(.tookTooLong, "scan \(table.name)") }
    }

    private borrowing func requireTime(_ operation: @autoclosure () -> String) throws(StorageError) {
        if let open, open.isOver { throw StorageError(.tookTooLong, operation()) }
    }

    package borrowing func statistics(_ table: Table) throws(StorageError) -> TableStatistics {
        switch source {
        case .mapped(let transaction, _): try transaction.statistics(table)
        case .simulated(let tables, _): try tables.statistics(table)
        }
    }
}

/// It holds the gate of its environment in the name of its thread, and must leave on that thread.
@available(*, unavailable)
extension ReadTransaction: Sendable {}
