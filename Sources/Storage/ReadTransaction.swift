/// One committed moment of an environment, for as long as the closure that was given it runs.
package struct ReadTransaction: ~Copyable, TableReader {
    enum Source {
        case mapped(MappedTransaction, of: MappedEnvironment)
        case simulated(SimulatedTables)
    }

    private let source: Source

    init(_ source: Source) {
        self.source = source
    }

    deinit {
        switch source {
        case .mapped(let transaction, let environment): environment.endRead(transaction)
        case .simulated: break
        }
    }

    package borrowing func lookUp(
        _ table: Table,
        _ key: [UInt8],
        _ body: (Span<UInt8>) -> Void
    ) throws(StorageError) -> Bool {
        switch source {
        case .mapped(let transaction, _): try transaction.lookUp(table, key, body)
        case .simulated(let tables): try tables.lookUp(table, key, body)
        }
    }

    package borrowing func walk(
        _ table: Table,
        from key: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StorageError) {
        switch source {
        case .mapped(let transaction, _): try transaction.walk(table, from: key, direction, body)
        case .simulated(let tables): try tables.walk(table, from: key, direction, body)
        }
    }

    package borrowing func statistics(_ table: Table) throws(StorageError) -> TableStatistics {
        switch source {
        case .mapped(let transaction, _): try transaction.statistics(table)
        case .simulated(let tables): try tables.statistics(table)
        }
    }
}

/// It holds the gate of its environment in the name of its thread, and must leave on that thread.
@available(*, unavailable)
extension ReadTransaction: Sendable {}
