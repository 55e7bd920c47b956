import OpenSSL
import Storage
import Wire

/// What the derived tables of a ledger must hold, as its entries say.
struct DerivedBook {
    /// A row that is to be put, or taken out where there is none.
    struct Change {
        let table: Table
        let key: [UInt8]
        let row: [UInt8]?
    }

    private(set) var size: UInt64 = 0
    /// Rows of the tree are held against the stored ones one by one: there are as many as entries.
    private var treeChanges: [Change] = []
    private var chains: [[UInt8]: LedgerTables.Head] = [:]
    private var streams: [[UInt8]: LedgerTables.StreamHead] = [:]
    private var dataKeys: [[UInt8]: LedgerTables.DataKeyUse] = [:]

    /// - Throws: `LedgerFault.damaged` naming the first entry that does not fit those before it, or the signed root.
    init(
        _ tables: LedgerTables,
        _ signed: Checkpoint,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        let end = try Self.end(tables, reader)
        var (range, completed) = (CompactRange(), [Digest]())
        var failure: LedgerFault?
        try tables.walk(0..<end, reader) { line in
            guard failure == nil else { return }
            do {
                let leaf = try admit(line, tables, reader)
                range.append(leaf, completing: &completed)
                let (key, row) = (BigEndian.bytes(range.size - 1), completed.flatMap(\.bytes))
                if try reader.get(tables.hashes, key) != row {
                    treeChanges.append(Change(table: tables.hashes, key: key, row: row))
                }
                guard range.size != signed.size || range.root == signed.root else {
                    throw LedgerFault.damaged(
                        index: nil,
                        "the first \(signed.size) entries do not have the root that was signed for them"
                    )
                }
            } catch let fault as LedgerFault {
                failure = fault
            }
        }
        if let failure { throw failure }
        size = end
    }

    /// One more than the last index that an entry stands at.
    private static func end(
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> UInt64 {
        var end: UInt64 = 0
        for table in [tables.state, tables.activity] {
            guard let last = try reader.last(table)?.key else { continue }
            guard last.count == 8 else { throw LedgerFault.damaged(index: nil, "a row of \(table.name) has no index") }
            end = max(end, BigEndian.value(last) + 1)
        }
        return end
    }

    /// Takes the next line in, which must follow the last one of its chain and of its stream.
    private mutating func admit(
        _ line: LedgerTables.Line,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Digest {
        guard case .entry(let index, let bytes) = line else { return try admitRemoved(line.index, tables, reader) }
        let entry = try Opening.decoded(bytes, at: index)
        let leaf = MerkleTree.leaf(bytes)
        let key = LedgerTables.chainKey(entry.chain, entry.class)
        let head = chains[key]
        guard entry.index == index, entry.sequence == head.map({ $0.sequence + 1 }) ?? 0, entry.previous == head?.leaf
        else { throw LedgerFault.damaged(index: index, "the entry does not follow the last one of its chain") }
        chains[key] = LedgerTables.Head(sequence: entry.sequence, index: index, leaf: leaf)
        if let stream = entry.stream, let version = entry.version {
            let name = Array(stream.utf8)
            guard version == (streams[name]?.version ?? 0) + 1 else {
                throw LedgerFault.damaged(index: index, "the entry does not follow the last one of its stream")
            }
            streams[name] = LedgerTables.StreamHead(version: version, index: index)
        }
        for name in entry.sealed.map({ Array($0.key.utf8) }) where dataKeys[name] == nil {
            dataKeys[name] = LedgerTables.DataKeyUse(first: index)
        }
        if let destroyed = entry.destroyedDataKey {
            let name = Array(destroyed.utf8)
            var use = dataKeys[name] ?? LedgerTables.DataKeyUse(first: index)
            use.destroyedAt = use.destroyedAt ?? index
            dataKeys[name] = use
        }
        return leaf
    }

    /// Of an entry that retention removed its hash is left, and the chain that the entry stood in stands in the one
    /// that removed it.
    private mutating func admitRemoved(
        _ index: UInt64,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Digest {
        guard let row = try reader.get(tables.activity, BigEndian.bytes(index)), let by = LedgerTables.removedBy(row),
            let bytes = try tables.entry(by, reader), let run = RetentionBook.Run(try Opening.decoded(bytes, at: by))
        else { throw LedgerFault.damaged(index: index, "the entry is missing") }
        let leaf = try tables.hash(level: 0, index, reader)
        let key = LedgerTables.chainKey(run.chain, .activity)
        chains[key] = LedgerTables.Head(sequence: (chains[key].map { $0.sequence + 1 }) ?? 0, index: index, leaf: leaf)
        return leaf
    }

    /// How the stored rows differ.
    func changes(
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [Change] {
        var found = treeChanges
        try reader.scan(tables.hashes) { key, _ in
            let isOfEntry = key.count == 8 && BigEndian.value(key) < size
            if !isOfEntry { found.append(Change(table: tables.hashes, key: key.copied, row: nil)) }
            return true
        }
        found += try Self.changes(of: tables.chains, to: chains.mapValues(\.row), reader)
        found += try Self.changes(of: tables.streams, to: streams.mapValues(\.row), reader)
        if let table = tables.dataKeys, try reader.contains(table, LedgerTables.wholenessKey) {
            var rows = dataKeys.mapValues(\.row)
            rows[LedgerTables.wholenessKey] = []
            found += try Self.changes(of: table, to: rows, reader)
        }
        return found
    }

    private static func changes(
        of table: Table,
        to rows: [[UInt8]: [UInt8]],
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [Change] {
        var (missing, found) = (rows, [Change]())
        try reader.scan(table) { key, value in
            let name = key.copied
            let due = missing.removeValue(forKey: name)
            if due != value.copied { found.append(Change(table: table, key: name, row: due)) }
            return true
        }
        found += missing.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
            Change(table: table, key: $0.key, row: $0.value)
        }
        return found
    }
}
