package import Identity
import Storage
package import Wire

// Compiled for the kinds and readers of the hot roads: a generic function that is called from another target is not
// specialised by itself, and looks its types up again and again while it runs.
extension RowReader {
    /// A resource as it is at this reader's position, a deleted one included; nil before it was created.
    @specialized(where Self == ViewSnapshot, R == Partner)
    @specialized(where Self == ViewSnapshot, R == Tenant)
    @specialized(where Self == ViewSnapshot, R == Application)
    @specialized(where Self == ViewSnapshot, R == User)
    @specialized(where Self == ViewSnapshot, R == Group)
    @specialized(where Self == ViewTransaction, R == Partner)
    @specialized(where Self == ViewTransaction, R == Tenant)
    @specialized(where Self == ViewTransaction, R == Application)
    @specialized(where Self == ViewTransaction, R == User)
    @specialized(where Self == ViewTransaction, R == Group)
    @specialized(where Self == ViewTransaction, R == Secret)
    @specialized(where Self == ViewTransaction, R == SigningKey)
    package func resource<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>? {
        guard let position else { return try current(R.self, at: ViewKey.identifier(id.text)) }
        return try version(R.self, at: ViewKey.version(of: id.text, at: position))
    }

    /// The resource of a row that names it.
    func resource<R: Resource>(_ kind: R.Type, named id: ArraySlice<UInt8>) throws -> Versioned<R> {
        let found: Versioned<R>? =
            if let position {
                try version(kind, at: ViewKey.version(of: id, at: position))
            } else {
                try current(kind, at: Array(id))
            }
        guard let found else { throw damage(.current, Array(id)) }
        return found
    }

    /// What `current` says at a key.
    private func current<R: Resource>(_ kind: R.Type, at bytes: [UInt8]) throws -> Versioned<R>? {
        let key = RowKey(bytes, store.rowTag)
        let held = store.cache.held(at: key)
        var resource: Versioned<R>?
        try lendRow(.current, bytes, known: held?.row) { value, tag in
            resource = try self.read(held, at: key, in: value, tag, .current, idBytes: bytes.count)
        }
        return resource
    }

    /// The version that was in force at the index that a key of `versions` names.
    private func version<R: Resource>(_ kind: R.Type, at start: [UInt8]) throws -> Versioned<R>? {
        let idBytes = start.count - 1 - ViewKey.indexBytes
        var (found, held, resource): (RowKey?, StateCache.Held?, Versioned<R>?) = (nil, nil, nil)
        // Newer versions stand before older ones, so the first at or behind the index is the one in force.
        try scanRows(.versions, from: start, .forward) { key in
            guard key.count == start.count, key.begins(with: start[...idBytes]) else { return nil }
            let known = RowKey(key.copied, self.store.rowTag)
            (found, held) = (known, self.store.cache.held(at: known))
            return held?.row
        } _: { _, value, tag in
            if let found {
                resource = try self.read(held, at: found, in: value, tag, .versions, idBytes: idBytes)
            }
            return false
        }
        return resource
    }

    private func read<R: Resource>(
        _ held: StateCache.Held?,
        at key: RowKey,
        in value: Span<UInt8>,
        _ tag: UInt64,
        _ table: ViewTable,
        idBytes: Int,
    ) throws -> Versioned<R> {
        if let known: Versioned<R> = held?.resource(of: tag) { return known }
        let row = TaggedRow(value: value.copied, tag: tag)
        guard let resource = Versioned<R>(row: row.value),
            resource.id.text.utf8.elementsEqual(key.bytes.prefix(idBytes))
        else { throw damage(table, key.bytes) }
        store.cache.remember(resource, at: key, row)
        return resource
    }

    package func heads(of chain: Place) throws -> JSON { try headsOf(chain) }

    func number(_ value: [UInt8], _ table: ViewTable, _ key: [UInt8]) throws -> Int {
        guard value.count == 8 else { throw damage(table, key) }
        return Int(clamping: BigEndian.value(value))
    }
}
