package import Identity
import Storage
package import Wire

// Compiled for the kinds and readers of the hot roads: a generic function that is called from another target is not
// specialised by itself, and looks its types up again and again while it runs.
extension RowReader {
    /// A resource as it is, a deleted one included.
    @specialized(where Self == ViewSnapshot, R == Partner)
    @specialized(where Self == ViewSnapshot, R == Tenant)
    @specialized(where Self == ViewSnapshot, R == Application)
    @specialized(where Self == ViewSnapshot, R == Token)
    @specialized(where Self == ViewDraft, R == Partner)
    @specialized(where Self == ViewDraft, R == Tenant)
    @specialized(where Self == ViewDraft, R == Application)
    @specialized(where Self == ViewDraft, R == Secret)
    @specialized(where Self == ViewDraft, R == SigningKey)
    @specialized(where Self == ViewDraft, R == Token)
    package func current<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>? {
        try current(R.self, at: ViewKey.identifier(id.text))
    }

    /// A resource as it was after an entry, that entry included; nil before it was created.
    @specialized(where Self == ViewSnapshot, R == Partner)
    @specialized(where Self == ViewSnapshot, R == Tenant)
    @specialized(where Self == ViewSnapshot, R == Application)
    package func state<R: Resource>(of id: Identifier<R>, asOf index: UInt64? = nil) throws -> Versioned<R>? {
        guard let index else { return try current(id) }
        return try version(R.self, at: ViewKey.version(of: id.text, at: index))
    }

    /// What `current` says at a key.
    func current<R: Resource>(_ kind: R.Type, at bytes: [UInt8]) throws -> Versioned<R>? {
        let key = RowKey(bytes, store.seal)
        let held = store.cache.held(at: key)
        var resource: Versioned<R>?
        try lendRow(.current, bytes, known: held?.row) { value, seal in
            resource = try self.read(held, at: key, in: value, seal, .current, idBytes: bytes.count)
        }
        return resource
    }

    /// The version that was in force at the index that a key of `versions` names.
    func version<R: Resource>(_ kind: R.Type, at start: [UInt8]) throws -> Versioned<R>? {
        let idBytes = start.count - 1 - ViewKey.indexBytes
        var (found, held, resource): (RowKey?, StateCache.Held?, Versioned<R>?) = (nil, nil, nil)
        // Newer versions stand before older ones, so the first at or behind the index is the one in force.
        try scanRows(.versions, from: start, .forward) { key in
            guard key.count == start.count, key.begins(with: start[...idBytes]) else { return nil }
            let known = RowKey(key.copied, self.store.seal)
            (found, held) = (known, self.store.cache.held(at: known))
            return held?.row
        } _: { _, value, seal in
            if let found {
                resource = try self.read(held, at: found, in: value, seal, .versions, idBytes: idBytes)
            }
            return false
        }
        return resource
    }

    private func read<R: Resource>(
        _ held: StateCache.Held?,
        at key: RowKey,
        in value: Span<UInt8>,
        _ seal: UInt64,
        _ table: ViewTable,
        idBytes: Int,
    ) throws -> Versioned<R> {
        if let known: Versioned<R> = held?.resource(of: seal) { return known }
        let row = SealedRow(value: value.copied, seal: seal)
        guard let resource = Versioned<R>(row: row.value),
            resource.id.text.utf8.elementsEqual(key.bytes.prefix(idBytes))
        else { throw damage(table, key.bytes) }
        store.cache.keep(resource, at: key, row)
        return resource
    }

    package func count<R: Resource>(_ kind: R.Type, in membership: Membership) throws -> Int {
        let key = ViewKey.count(R.noun, membership)
        return try row(.counts, key).map { try number($0, .counts, key) } ?? 0
    }

    /// How many were in a set after an entry.
    package func count<R: Resource>(_ kind: R.Type, in membership: Membership, asOf index: UInt64?) throws -> Int {
        guard let index else { return try count(kind, in: membership) }
        let found = try nearest(
            .countVersions,
            to: ViewKey.count(R.noun, membership, at: index),
            .forward,
            prefix: ViewKey.counts(R.noun, membership),
            suffixBytes: 8,
        )
        return try found.map { try number($0.value, .countVersions, $0.key) } ?? 0
    }

    package func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>? {
        try identifier(.slugs, ViewKey.slug(R.noun, slug))
    }

    package func heads(of chain: Chain) throws -> JSON { try headsOf(chain) }

    /// The secret with a keyed hash, unless it is retired: one point read.
    package func secret(key: String, mac: String) throws -> SecretID? {
        try identifier(.secrets, ViewKey.secret(key, mac))
    }

    /// When a secret was last used, to the minute.
    package func lastUse(of secret: SecretID) throws -> Instant? {
        let key = ViewKey.identifier(secret.text)
        guard let value = try row(.lastUsed, key) else { return nil }
        guard value.count == 8 else { throw damage(.lastUsed, key) }
        return Instant(microseconds: Int64(bitPattern: BigEndian.value(value)))
    }

    /// Whose e-mail address this is, deleted users included.
    package func users(withEmail address: String) throws -> [UserID] {
        var users: [UserID] = []
        try scan(.emails, prefix: store.blind.email(address)) { key, _ in
            let text = String(decoding: key.copied.dropFirst(BlindIndex.bytes), as: UTF8.self)
            guard let id = UserID(text) else { throw self.damage(.emails, key.copied) }
            users.append(id)
            return true
        }
        return users
    }

    private func number(_ value: [UInt8], _ table: ViewTable, _ key: [UInt8]) throws -> Int {
        guard value.count == 8 else { throw damage(table, key) }
        return Int(clamping: BigEndian.value(value))
    }

    private func identifier<R: Resource>(_ table: ViewTable, _ key: [UInt8]) throws -> Identifier<R>? {
        guard let value = try row(table, key) else { return nil }
        guard let id = Identifier<R>(String(decoding: value, as: UTF8.self)) else { throw damage(table, key) }
        return id
    }
}
