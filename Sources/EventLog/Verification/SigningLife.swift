import OpenSSL
import Wire

/// Under which name and with which keys the ledger signs at each size, as its own entries say.
struct SigningLife {
    private struct Key {
        let publicKey: [UInt8]
        let created: UInt64
        var retired: UInt64?
    }

    private var identity: LedgerIdentity?
    private var origins: [(index: UInt64, origin: String)] = []
    private var keys: [Key] = []

    /// The origin of checkpoints of that size: a fork at index m renames what is longer.
    func origin(at size: UInt64) -> String? { origins.last { $0.index < size }?.origin }

    func verifiers(at size: UInt64) -> [VerifierKey] {
        guard let origin = origin(at: size) else { return [] }
        return keys.filter { $0.created < size && ($0.retired.map { $0 >= size } ?? true) }
            .map { VerifierKey(name: origin, publicKey: $0.publicKey) }
    }

    mutating func begin(_ identity: LedgerIdentity) -> String? {
        self.identity = identity
        origins.append((0, identity.origin))
        let end = Array("/ledger/\(Base64URL.encode(identity.id))".utf8)
        let origin = Array(identity.origin.utf8)
        guard identity.id.count == 16, origin.count > end.count, Array(origin.suffix(end.count)) == end else {
            return "the origin is not <host>/ledger/<ledger id>"
        }
        return create(identity.verifierKey, at: 0)
    }

    mutating func fork(_ entry: Entry) -> String? {
        let from = entry.data["from"]?["origin"]?.text
        let isKnown = from.map { text in origin(at: entry.index)?.bytesEqual(text) ?? false } ?? false
        if let identity { origins.append((entry.index, identity.origin(afterForkAt: entry.index))) }
        return isKnown ? nil : "forked from another origin than the ledger's"
    }

    mutating func create(_ key: VerifierKey, at index: UInt64) -> String? {
        guard isNamed(key, at: index) else { return "verifier_key does not sign for this ledger" }
        guard !keys.contains(where: { $0.publicKey == key.publicKey }) else { return "verifier_key was created before" }
        keys.append(Key(publicKey: key.publicKey, created: index, retired: nil))
        return nil
    }

    mutating func retire(_ key: VerifierKey, at index: UInt64) -> String? {
        guard isNamed(key, at: index) else { return "verifier_key does not sign for this ledger" }
        guard let place = keys.firstIndex(where: { $0.publicKey == key.publicKey }), keys[place].retired == nil else {
            return "verifier_key is no key in use"
        }
        keys[place].retired = index
        return nil
    }

    private func isNamed(_ key: VerifierKey, at index: UInt64) -> Bool {
        switch key.algorithm {
        case .ed25519: origin(at: index + 1)?.bytesEqual(key.name) ?? false
        case .cosignature: false
        }
    }
}
