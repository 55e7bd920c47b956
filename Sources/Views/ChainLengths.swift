package import Identity
import Wire

/// How many entries the commands of one commit add to each chain, and to the streams of edges.
struct ChainLengths {
    private var added: [String: UInt64] = [:]

    var isEmpty: Bool { added.isEmpty }

    /// One more of each name.
    mutating func add(_ names: inout [String]) {
        for name in names { added[name, default: 0] += 1 }
        names.removeAll(keepingCapacity: true)
    }

    /// What was added, in the order of the rows' keys.
    mutating func drain() -> [(key: [UInt8], added: UInt64)] {
        let drained = added.map { (key: ViewKey.identifier($0.key), added: $0.value) }
        added.removeAll(keepingCapacity: true)
        return drained.count < 2 ? drained : drained.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}

extension RowReader {
    /// How many entries a chain has, of both classes, or the stream of an edge.
    package func length(of name: String) throws -> UInt64 { try length(ofKey: ViewKey.identifier(name)) }

    func length(ofKey key: [UInt8]) throws -> UInt64 {
        guard let value = try row(.lengths, key) else { return 0 }
        guard value.count == 8 else { throw damage(.lengths, key) }
        return BigEndian.value(value)
    }

    /// The last entry of a type that changes no resource and no edge: what the server does to itself.
    ///
    /// - Parameter member: only of those that say this.
    package func latest(_ type: EntryType, saying member: String? = nil) throws -> UInt64? {
        let key = ViewKey.latest(type, member)
        guard let value = try row(.latest, key) else { return nil }
        guard value.count == 8 else { throw damage(.latest, key) }
        return BigEndian.value(value)
    }
}

extension ViewTransaction {
    func length(after change: (key: [UInt8], added: UInt64)) throws -> [UInt8] {
        BigEndian.bytes(try length(ofKey: change.key) + change.added)
    }

    func foldLatest(_ entry: FoldedEntry) {
        for member in [nil] + entry.data.map(\.name) {
            put(.latest, ViewKey.latest(entry.type, member), BigEndian.bytes(entry.index))
        }
    }
}
