package import OpenSSL
package import Wire

extension RowReader {
    /// What an actor's request of that name made, if it was within the last day.
    package func idempotent(actor: String?, key: Digest, at now: Instant) throws -> Idempotent? {
        let rowKey = Idempotent.key(actor: actor, key)
        guard let value = try row(.idempotency, rowKey) else { return nil }
        guard let known = Idempotent(value) else { throw damage(.idempotency, rowKey) }
        // The fold forgets only when it folds another such entry, so an ended row may still stand.
        return known.recordedAt < now.adding(seconds: -Idempotent.keptSeconds) ? nil : known
    }
}
