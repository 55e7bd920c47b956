import Identity
package import OpenSSL
import Storage
package import Wire

extension ViewDraft {
    /// A request that a client named is remembered for a day, by the first entry it made.
    func foldIdempotency(_ entry: FoldedEntry, by actor: KnownActor?) throws {
        guard let idempotency = entry.idempotency else { return }
        // Judged by the ledger's time alone, and only where such an entry is folded: a rebuild forgets the same rows.
        try forgetIdempotency(before: entry.recordedAt.adding(seconds: -Idempotent.keptSeconds))
        // Whose key is gone repeats nothing: nobody knows any more that it was their request.
        guard let actor else { return }
        let key = Idempotent.key(actor: actor.id, idempotency.key)
        guard try row(.idempotency, key) == nil else { return }
        let note = Idempotent(
            index: entry.index,
            fingerprint: idempotency.fingerprint,
            recordedAt: entry.recordedAt
        )
        let dataKey = actor.sealed?.key
        put(.idempotency, key, note.bytes, goingWith: dataKey)
        put(.idempotencyTimes, note.timeKey, key + Array((dataKey ?? "").utf8), goingWith: dataKey)
        oldestIdempotency = oldestIdempotency.map { min($0, entry.recordedAt) }
    }

    private func forgetIdempotency(before end: Instant) throws {
        if let oldestIdempotency, oldestIdempotency >= end { return }
        var ended: [(time: [UInt8], named: [UInt8])] = []
        var oldest = Instant.latest
        try scan(.idempotencyTimes, from: nil, .forward) { time, named in
            let moment = Instant(microseconds: Int64(bitPattern: BigEndian.value(time)))
            guard moment < end else {
                oldest = moment
                return false
            }
            ended.append((time.copied, named.copied))
            return true
        }
        for row in ended {
            let (key, dataKey) = Idempotent.named(row.named)
            delete(.idempotencyTimes, row.time, goingWith: dataKey)
            delete(.idempotency, key, goingWith: dataKey)
        }
        oldestIdempotency = oldest
    }
}

/// What is remembered of a request that its client may repeat.
package struct Idempotent: Sendable, Equatable {
    /// How long a repetition is answered from memory: a day.
    package static let keptSeconds: Int64 = 86_400

    /// The first entry the request made.
    package let index: UInt64
    package let fingerprint: Digest
    package let recordedAt: Instant

    init(index: UInt64, fingerprint: Digest, recordedAt: Instant) {
        self.index = index
        self.fingerprint = fingerprint
        self.recordedAt = recordedAt
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 48, let fingerprint = Digest(Array(bytes[..<32])) else { return nil }
        self.fingerprint = fingerprint
        index = BigEndian.value(bytes, at: 32)
        recordedAt = Instant(microseconds: Int64(bitPattern: BigEndian.value(bytes, at: 40)))
    }

    var bytes: [UInt8] { fingerprint.bytes + BigEndian.bytes(index) + moment }
    var timeKey: [UInt8] { moment + BigEndian.bytes(index) }
    private var moment: [UInt8] { BigEndian.bytes(UInt64(bitPattern: recordedAt.microseconds)) }

    static func key(actor: String, _ key: Digest) -> [UInt8] { Array(actor.utf8) + [0] + key.bytes }

    /// The key of its row, and the data key that the row goes with, out of the row that tells when it ends.
    static func named(_ value: [UInt8]) -> (key: [UInt8], dataKey: String?) {
        let end = min((value.firstIndex(of: 0) ?? 0) + 1 + Digest.count, value.count)
        return (Array(value[..<end]), end < value.count ? String(decoding: value[end...], as: UTF8.self) : nil)
    }
}
