import Folding
package import Identity
package import OpenSSL
import Storage
package import Wire

/// The questions that only the present can answer, whatever the position of the reader they are asked of.
///
/// What they are answered from keeps no past: proofs, addresses, what a client may repeat.
package struct Present<Reader: RowReader> {
    let reader: Reader

    fileprivate init(reader: Reader) { self.reader = reader }
}

extension RowReader {
    package var present: Present<Self> { Present(reader: self) }

    package func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>? {
        try present.holder(ofSlug: slug, among: kind)
    }

    package func holders<R: Resource>(
        of text: String,
        in field: Field<R>,
        _ place: Place,
    ) throws -> [Identifier<R>] {
        try present.holders(of: text, in: field, place)
    }
}

extension Present {
    /// Who has, or ever had, a slug.
    package func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>? {
        try identifier(.slugs, ViewKey.slug(R.noun, slug))
    }

    /// What is found by a keyed hash that somebody presents, unless it is retired: one point read.
    package func proven<R: Resource>(_ kind: R.Type, key: String, mac: String) throws -> Identifier<R>? {
        try identifier(.lookups, ViewKey.proof(key, mac))
    }

    /// When a secret was last used, to the minute.
    package func lastUse(of secret: SecretID) throws -> Instant? {
        let key = ViewKey.identifier(secret.text)
        guard let value = try reader.row(.lastUsed, key) else { return nil }
        guard value.count == 8 else { throw reader.damage(.lastUsed, key) }
        return Instant(microseconds: Int64(bitPattern: BigEndian.value(value)))
    }

    /// Those who have a text in a field, deleted ones included.
    ///
    /// - Parameters:
    ///   - place: nil asks everywhere, where the field is found so.
    ///   - before: counts those in who had it once.
    package func holders<R: Resource>(
        of text: String,
        in field: Field<R>,
        _ place: Place?,
        orBefore before: Bool = false,
    ) throws -> [Identifier<R>] {
        let prefix = TextRow.key(R.noun, field.name, FoldedText(text), in: place, reader.store.blind)
        var holders: [Identifier<R>] = []
        try reader.scan(.texts, prefix: prefix) { key, value in
            guard before || value.copied == TextRow.current else { return true }
            let name = String(decoding: key.copied.dropFirst(prefix.count), as: UTF8.self)
            guard let id = Identifier<R>(name) else { throw reader.damage(.texts, key.copied) }
            holders.append(id)
            return true
        }
        return holders
    }

    /// Whose e-mail address this is, deleted users included.
    package func users(withEmail address: String) throws -> [UserID] {
        guard let field = User.field("email") else { return [] }
        return try holders(of: address, in: field, nil)
    }

    /// What an actor's request of that name made, if it was within the last day.
    package func idempotent(actor: String, key: Digest, at now: Instant) throws -> Idempotent? {
        let rowKey = Idempotent.key(actor: actor, key)
        guard let row = try reader.ending(.idempotency, rowKey), !row.isOver(at: now) else { return nil }
        guard let known = Idempotent(row) else { throw reader.damage(.idempotency, rowKey) }
        return known
    }

    private func identifier<R: Resource>(_ table: ViewTable, _ key: [UInt8]) throws -> Identifier<R>? {
        guard let value = try reader.row(table, key) else { return nil }
        guard let id = Identifier<R>(String(decoding: value, as: UTF8.self)) else { throw reader.damage(table, key) }
        return id
    }
}
