import EventLog
package import OpenSSL

/// A client's own key for a POST that it may repeat, and what the request was.
package struct Idempotency: Sendable {
    package static let keyBytesMax = 255
    package static let lifetimeSeconds: Int64 = 86_400

    /// The keyed hash of the client's key: what entries and tables hold.
    package let key: Digest
    /// The keyed hash of method, path and body: the same key with another request is refused.
    package let fingerprint: Digest
    /// What answers are sealed with.
    ///
    /// Only the holder of the client's own key can get one again, and only from a server that has the ledger's keys:
    /// the client's key alone may be a word that anybody guesses.
    private let holderKey: [UInt8]

    package init(rawKey: [UInt8], method: String, path: String, body: [UInt8], macKey: [UInt8]) {
        key = SecretHash.mac(rawKey, kind: .idempotencyKey, key: macKey)
        let request = Array("\(method)\n\(path)\n".utf8) + body
        fingerprint = SecretHash.mac(request, kind: .idempotencyBody, key: macKey)
        holderKey = HMAC256.authenticate(rawKey, key: macKey).bytes
    }

    /// The name of the sealed answer: of this actor's key and the entry that it made, and no other's.
    func answerName(actor: String, entry: String) -> String {
        SHA256Hash.hash(Array(actor.utf8), [0], key.bytes, Array(entry.utf8)).description
    }

    func seal(_ answer: [UInt8], actor: String) -> [UInt8] {
        let key = sealingKey(actor)
        // A client may send its key again a day later and get another answer, so the nonce follows from the answer:
        // two answers never share a nonce, and the same one sealed twice tells nothing new.
        let nonce = Array(HMAC256.authenticate(answer, key: key).bytes.prefix(AES256GCM.nonceBytes))
        return nonce + AES256GCM.seal(answer, key: key, nonce: nonce, aad: fingerprint.bytes)
    }

    func open(_ sealed: [UInt8], actor: String) -> [UInt8]? {
        guard sealed.count > AES256GCM.nonceBytes else { return nil }
        return AES256GCM.open(
            Array(sealed.dropFirst(AES256GCM.nonceBytes)),
            key: sealingKey(actor),
            nonce: Array(sealed.prefix(AES256GCM.nonceBytes)),
            aad: fingerprint.bytes
        )
    }

    /// One for each actor and request: others may have chosen the same raw key.
    private func sealingKey(_ actor: String) -> [UInt8] {
        HKDF256.derive(
            key: holderKey,
            salt: key.bytes,
            info: Array("muniment/v2/answer".utf8) + [0] + fingerprint.bytes + Array(actor.utf8),
            count: AES256GCM.keyBytes
        )
    }
}
