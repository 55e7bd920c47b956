package import Identity
import Storage
package import Wire

extension RowReader {
    /// A resource as it is, a deleted one included.
    package func current<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>? {
        let key = ViewKey.identifier(id.text)
        var resource: Versioned<R>?
        try lendRow(.current, key) { value, seal in
            resource = try self.read(id, in: value, seal, .current, key)
        }
        return resource
    }

    /// A resource as it was after an entry, that entry included; nil before it was created.
    package func state<R: Resource>(of id: Identifier<R>, asOf index: UInt64? = nil) throws -> Versioned<R>? {
        guard let index else { return try current(id) }
        // Newer versions stand before older ones, so the first at or behind the index is the one in force.
        let found = try nearest(
            .versions,
            to: ViewKey.version(of: id.text, at: index),
            .forward,
            prefix: ViewKey.versions(of: id.text),
            suffixBytes: 8,
        )
        return try found.map { key, value in
            try read(id, in: value.span, store.seal.seal(.versions, key.span, value.span), .versions, key)
        }
    }

    private func read<R: Resource>(
        _ id: Identifier<R>,
        in row: Span<UInt8>,
        _ seal: UInt64,
        _ table: ViewTable,
        _ key: [UInt8],
    ) throws -> Versioned<R> {
        guard let resource = store.cache.resource(id, at: RowKey(key, store.seal), in: row, seal) else {
            throw damage(table, key)
        }
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
