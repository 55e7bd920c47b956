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
    /// Seals the answer, so that only the holder of the raw key can get it again.
    let sealingKey: [UInt8]

    package init(rawKey: [UInt8], method: String, path: String, body: [UInt8], macKey: [UInt8]) {
        key = SecretHash.mac(rawKey, kind: .idempotencyKey, key: macKey)
        let request = Array("\(method)\n\(path)\n".utf8) + body
        fingerprint = SecretHash.mac(request, kind: .idempotencyBody, key: macKey)
        sealingKey = HKDF256.derive(
            key: rawKey,
            salt: key.bytes,
            info: Array("muniment/v1/answer".utf8),
            count: AES256GCM.keyBytes
        )
    }

    /// The name of the sealed answer: of this actor's key, and no other's.
    func answerName(actor: String) -> String {
        SHA256Hash.hash(Array(actor.utf8), [0], key.bytes).description
    }

    // The key is used for one answer only, so the nonce may be fixed.
    func seal(_ answer: [UInt8]) -> [UInt8] {
        AES256GCM.seal(answer, key: sealingKey, nonce: Self.nonce, aad: fingerprint.bytes)
    }

    func open(_ sealed: [UInt8]) -> [UInt8]? {
        AES256GCM.open(sealed, key: sealingKey, nonce: Self.nonce, aad: fingerprint.bytes)
    }

    private static let nonce = [UInt8](repeating: 0, count: AES256GCM.nonceBytes)
}
