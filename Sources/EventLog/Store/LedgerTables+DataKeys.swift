import Storage
import Wire

// Which data keys the ledger names: so that a key store older than the ledger is known as such, and no key that is
// missing is ever replaced by another of its name.
extension LedgerTables {
    /// The entries that name one data key.
    package struct DataKeyUse: Sendable, Equatable {
        /// The first of all, be it one that seals or one that destroys.
        package var first: UInt64
        /// The first `data_key.destroyed`.
        package var destroyedAt: UInt64?

        var row: [UInt8] { BigEndian.bytes(first) + (destroyedAt.map { BigEndian.bytes($0) } ?? []) }

        package init(first: UInt64, destroyedAt: UInt64? = nil) {
            self.first = first
            self.destroyedAt = destroyedAt
        }

        init?(row: Span<UInt8>) {
            guard row.count == 8 || row.count == 16 else { return nil }
            self.init(first: BigEndian.value(row), destroyedAt: row.count == 16 ? BigEndian.value(row, at: 8) : nil)
        }
    }

    /// The key of the row that says that the table has every data key; no data key has such a name.
    static let wholenessKey: [UInt8] = [0]

    /// What the ledger says of a data key; `nil` when no entry names it.
    func dataKeyUse(_ key: String, _ reader: borrowing some TableReader & ~Copyable) throws -> DataKeyUse? {
        guard let dataKeys, let row = try reader.get(dataKeys, Array(key.utf8)) else { return nil }
        guard let use = DataKeyUse(row: row.span) else {
            throw LedgerFault.damaged(index: nil, "the row of data key \(key)")
        }
        return use
    }

    /// Goes over every data key that entries name, in the order of their bytes: from the table, or from the entries
    /// where it was not made yet.
    package func eachDataKey(_ body: (_ key: Span<UInt8>, DataKeyUse) throws -> Void) throws {
        guard let dataKeys, try hasDataKeys() else {
            for (key, use) in try learnedDataKeys().sorted(by: { $0.key.bytesPrecede($1.key) }) {
                try body(Array(key.utf8).span, use)
            }
            return
        }
        try environment.readAtLength { reader in
            try reader.scan(dataKeys) { key, row in
                if key.count == 1, key[0] == 0 { return true }
                guard let use = DataKeyUse(row: row) else {
                    let name = String(decoding: key.copied, as: UTF8.self)
                    throw LedgerFault.damaged(index: nil, "the row of data key \(name)")
                }
                try body(key, use)
                return true
            }
        }
    }

    /// Whether the table has every data key.
    package func hasDataKeys() throws -> Bool {
        guard let dataKeys else { return false }
        return try environment.read { try $0.contains(dataKeys, Self.wholenessKey) }
    }

    /// Records the data keys that an entry names, in the transaction that makes the entry durable.
    func recordDataKeys(of entry: Entry, _ transaction: inout WriteTransaction) throws {
        guard let dataKeys else { return }
        // The table of a ledger that begins with it has every key from the start.
        if entry.index == 0 { try transaction.put(dataKeys, Self.wholenessKey, []) }
        for key in entry.sealed.map(\.key) where try dataKeyUse(key, transaction) == nil {
            try transaction.put(dataKeys, Array(key.utf8), DataKeyUse(first: entry.index).row)
        }
        guard let key = entry.destroyedDataKey else { return }
        var use = try dataKeyUse(key, transaction) ?? DataKeyUse(first: entry.index)
        guard use.destroyedAt == nil else { return }
        use.destroyedAt = entry.index
        try transaction.put(dataKeys, Array(key.utf8), use.row)
    }

    private func learnedDataKeys() throws -> [String: DataKeyUse] {
        let size = try environment.read { try self.size($0) }
        var uses: [String: DataKeyUse] = [:]
        try walk(0..<size) { try Self.learn($0, &uses) }
        return uses
    }

    /// Makes the table of a ledger that was written before there was one, from its entries, all at once.
    package func makeDataKeys() throws {
        guard let dataKeys, try !hasDataKeys() else { return }
        let uses = try learnedDataKeys()
        do {
            try write(uses, in: dataKeys)
        } catch let fault as StorageError where fault.kind == .mapFull {
            try environment.grow(toBytes: environment.mapBytes * 2)
            try write(uses, in: dataKeys)
        }
    }

    private static func learn(_ line: Line, _ uses: inout [String: DataKeyUse]) throws {
        guard case .entry(let index, let bytes) = line else { return }
        let entry: Entry
        do throws(Malformed) {
            entry = try Entry(decoding: bytes)
        } catch {
            throw LedgerFault.damaged(index: index, "\(error)")
        }
        for key in entry.sealed.map(\.key) where uses[key] == nil { uses[key] = DataKeyUse(first: index) }
        guard let key = entry.destroyedDataKey else { return }
        var use = uses[key] ?? DataKeyUse(first: index)
        use.destroyedAt = use.destroyedAt ?? index
        uses[key] = use
    }

    private func write(_ uses: [String: DataKeyUse], in dataKeys: Table) throws {
        var transaction = try environment.beginWrite()
        for (key, use) in uses { try transaction.put(dataKeys, Array(key.utf8), use.row) }
        try transaction.put(dataKeys, Self.wholenessKey, [])
        try transaction.commit()
    }
}

extension Entry {
    /// The data key whose destruction it announces, where it names one.
    var destroyedDataKey: String? {
        guard type == OwnType.dataKeyDestroyed.rawValue, let key = data["key"]?.text else { return nil }
        return (1...255).contains(key.utf8.count) ? key : nil
    }
}
