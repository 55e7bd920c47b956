package import Identity
package import OpenSSL
package import Wire

/// What the views are told of one entry.
///
/// Everything in them follows from these, folded in the order of the ledger.
package struct FoldedEntry {
    /// A sealed segment as far as the entry shows it.
    package struct Sealed {
        /// The data key that seals it, such as `usr_X/profile`.
        package var key: String
        /// The names of the fields inside.
        package var fields: [String]

        package init(key: String, fields: [String]) {
            self.key = key
            self.fields = fields
        }
    }

    /// A client's own key for a request that it may repeat, and what the request was: both as keyed hashes.
    package struct Idempotency {
        package var key: Digest
        package var fingerprint: Digest

        package init(key: Digest, fingerprint: Digest) {
            self.key = key
            self.fingerprint = fingerprint
        }
    }

    package var index: UInt64
    /// The name it is known by outside, `evt_…`; nil leaves it without a row by that name.
    package var id: String?
    package var type: EntryType
    package var recordedAt: Instant
    package var chain: String
    package var result = Event.Result.ok
    /// Who acted, where the entry says it in clear; a sealed one is a sealed field named `actor`.
    package var actor: String?
    /// Where the actor is at home; nil for a stranger.
    package var actorHome: String?
    /// The secret, key or passkey that the actor proved.
    package var credential: String?
    package var stream: String?
    package var version: UInt64?
    package var data: Members = [:]
    /// The entry that this one undoes.
    package var compensates: UInt64?
    package var sealed: [Sealed] = []
    /// The address of the request where the entry shows it in clear; a sealed one is a sealed field named `ip`.
    package var ip: String?
    package var idempotency: Idempotency?
    /// Whether the entry is the last of its command.
    package var endsCommand = true
    /// The fields of a sealed segment by its ordinal, nil when its key is gone; asked only where a blind index needs
    /// it.
    package var open: (Int) throws -> Members? = { _ in nil }

    package init(index: UInt64, type: EntryType, recordedAt: Instant, chain: String) {
        self.index = index
        self.type = type
        self.recordedAt = recordedAt
        self.chain = chain
    }

    /// The entry as the fold of its resource sees it.
    func event() throws(Poison) -> StoredEvent {
        guard let place = Place(chain) else {
            throw Poison(index: index, type: type.text, reason: "its chain is none")
        }
        return StoredEvent(
            index: index,
            type: type,
            recordedAt: recordedAt,
            chain: place,
            actorHome: actorHome.flatMap { Place($0) },
            stream: stream,
            version: version,
            data: data,
            sealedFields: sealed.map(\.fields),
        )
    }

    /// The value of a sealed field and the data key it is sealed under, where it can still be opened.
    func sealedValue(_ name: String) throws -> (value: JSON, key: String)? {
        for (ordinal, segment) in sealed.enumerated() where segment.fields.contains(where: { $0.bytesEqual(name) }) {
            if let value = try open(ordinal)?[name] { return (value, segment.key) }
        }
        return nil
    }

    /// Who acted, in clear or out of a segment: nil where nobody is known, and where the key is gone.
    func knownActor() throws -> KnownActor? {
        if let actor { return KnownActor(id: actor, sealed: nil) }
        guard let actorHome, let sealed = try sealedValue("actor"), let id = sealed.value["id"]?.text else {
            return nil
        }
        return KnownActor(id: id, sealed: (home: actorHome, key: sealed.key))
    }
}

/// Who acted, and where the entry seals that, the actor's home and the data key.
struct KnownActor {
    let id: String
    let sealed: (home: String, key: String)?
}
