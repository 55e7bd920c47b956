import Storage
import Wire

extension LedgerTables {
    /// Calls `body` with the state entries among some indexes, in the order given, each page in a transaction of its
    /// own.
    ///
    /// State is a table of its own: where an index is one of activity, nothing is read.
    package func walkState(at indexes: [UInt64], _ body: ([UInt8]) throws -> Void) throws {
        var next = 0
        while next < indexes.count {
            let page = indexes[next..<min(indexes.count, next + Self.linesPerPage)]
            next = page.endIndex
            for bytes in try environment.read({ try stateEntries(at: page, $0) }) { try body(bytes) }
        }
    }

    /// Calls `body` with every state entry of a range, in order, each page in a transaction of its own.
    ///
    /// - Parameter countMax: how many there are at most; where there are more, `body` is called with nil in the end.
    package func walkState(
        from first: UInt64,
        through last: UInt64,
        countMax: Int,
        _ body: ([UInt8]?) throws -> Void,
    ) throws {
        var (start, count) = (first, 0)
        while start <= last {
            let page = try environment.read { try statePage(from: start, through: last, $0) }
            guard let end = page.last?.index else { return }
            count += page.count
            guard count <= countMax else { return try body(nil) }
            for row in page { try body(row.bytes) }
            start = end + 1
        }
    }

    private func stateEntries(
        at indexes: ArraySlice<UInt64>,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [[UInt8]] {
        var entries: [[UInt8]] = []
        for index in indexes {
            if let entry = try reader.get(state, BigEndian.bytes(index)) { entries.append(entry) }
        }
        return entries
    }

    private func statePage(
        from start: UInt64,
        through last: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [(index: UInt64, bytes: [UInt8])] {
        var page: [(index: UInt64, bytes: [UInt8])] = []
        try reader.scan(state, from: BigEndian.bytes(start), .forward) { (key, value) throws -> Bool in
            guard key.count == 8 else {
                throw LedgerFault.damaged(index: nil, "a row of \(state.name) has no index")
            }
            let index = BigEndian.value(key)
            // LMDB trusts its pages: where two lie in each other's places, smaller keys follow.
            guard index >= page.last.map({ $0.index + 1 }) ?? start else {
                throw LedgerFault.damaged(index: index, "the rows of \(state.name) are not in order")
            }
            guard index <= last else { return false }
            page.append((index, value.copied))
            return page.count < Self.linesPerPage
        }
        return page
    }
}
