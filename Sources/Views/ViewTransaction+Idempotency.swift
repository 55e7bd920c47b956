import Identity
package import OpenSSL
import Storage
package import Wire

extension ViewTransaction {
    /// A request that a client named is remembered for a day, by the first entry it made.
    func foldIdempotency(_ entry: FoldedEntry, by actor: KnownActor?) throws {
        guard let idempotency = entry.idempotency else { return }
        // Whose key is gone repeats nothing: nobody knows any more that it was their request.
        guard let actor else { return }
        let key = Idempotent.key(actor: actor.id, idempotency.key)
        let known = try ending(.idempotency, key)
        if let known, !known.isOver(at: entry.recordedAt) { return }
        let new = Idempotent(
            index: entry.index,
            fingerprint: idempotency.fingerprint,
            end: entry.recordedAt.adding(seconds: Idempotent.keptSeconds)
        )
        try put(new.row, over: known, in: .idempotency, key, goingWith: actor.sealed?.key)
    }
}

/// What is remembered of a request that its client may repeat.
package struct Idempotent: Sendable, Equatable {
    /// How long a repetition is answered from memory: a day.
    package static let keptSeconds: Int64 = 86_400

    /// The first entry the request made.
    package let index: UInt64
    package let fingerprint: Digest
    package let end: Instant

    init(index: UInt64, fingerprint: Digest, end: Instant) {
        (self.index, self.fingerprint, self.end) = (index, fingerprint, end)
    }

    init?(_ row: EndingRow) {
        guard row.content.count == Digest.count, let fingerprint = Digest(row.content) else { return nil }
        self.init(index: row.index, fingerprint: fingerprint, end: row.end)
    }

    var row: [UInt8] { EndingRow(end: end, index: index, content: fingerprint.bytes).bytes }

    static func key(actor: String, _ key: Digest) -> [UInt8] { Array(actor.utf8) + [0] + key.bytes }
}
