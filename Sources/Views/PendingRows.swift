/// A row's key, hashed once under a key of ours: strangers choose slugs, and must not choose where they collide.
struct RowKey: Hashable {
    let bytes: [UInt8]
    private let spread: UInt64

    init(_ bytes: [UInt8], _ tag: RowTag) {
        self.bytes = bytes
        spread = tag.spread(bytes)
    }

    static func == (left: RowKey, right: RowKey) -> Bool {
        left.spread == right.spread && left.bytes == right.bytes
    }

    func hash(into hasher: inout Hasher) { hasher.combine(spread) }
}

/// Rows that are to be written: for each table, keys with their new values, or with nothing where a row goes.
struct PendingRows {
    enum Change {
        case put([UInt8])
        case delete

        var value: [UInt8]? {
            switch self {
            case .put(let value): value
            case .delete: nil
            }
        }
    }

    private var changes: [[RowKey: Change]] = ViewTable.allCases.map { _ in [:] }

    var isEmpty: Bool { changes.allSatisfy(\.isEmpty) }

    func hasChanges(of table: ViewTable) -> Bool { !changes[table.rawValue].isEmpty }

    subscript(table: ViewTable, key: RowKey) -> Change? {
        get { changes[table.rawValue][key] }
        set { changes[table.rawValue][key] = newValue }
    }

    /// The rows of a table that are to be there, in no order.
    func puts(of table: ViewTable) -> [(key: [UInt8], value: [UInt8])] {
        changes[table.rawValue].compactMap { key, change in change.value.map { (key.bytes, $0) } }
    }

    /// Takes over the rows of a command that is done, which are newer than what is here.
    mutating func merge(_ journal: inout PendingRows) {
        for place in changes.indices where !journal.changes[place].isEmpty {
            changes[place].merge(journal.changes[place]) { _, newer in newer }
            journal.changes[place].removeAll(keepingCapacity: true)
        }
    }

    mutating func removeAll() {
        for place in changes.indices { changes[place].removeAll(keepingCapacity: true) }
    }

    /// The changes of a table in the order of their keys, which is the order the disk likes.
    mutating func drain(_ table: ViewTable) -> [(key: [UInt8], change: Change)] {
        let rows = changes[table.rawValue].map { (key: $0.key.bytes, change: $0.value) }
        changes[table.rawValue].removeAll(keepingCapacity: true)
        return rows.count < 2 ? rows : rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
