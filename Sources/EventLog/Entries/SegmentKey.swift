import OpenSSL

/// A data key as it seals the segments of one ledger, with what all of them share derived once.
struct SegmentKey: Sendable {
    private static let version: UInt8 = 0x01
    private static let info = Array("muniment/v1/segment".utf8) + [0]
    // The nonce may be fixed because the key is used once: the salt makes the commitment, and so the key, unique.
    private static let zeroNonce = [UInt8](repeating: 0, count: AES256GCM.nonceBytes)

    private let derivation: HKDF256
    /// What stands before the subject in the associated data.
    private let header: [UInt8]

    init(_ dataKey: [UInt8], ledger: [UInt8]) {
        derivation = HKDF256(key: dataKey, salt: ledger)
        header = [Self.version] + ledger
    }

    func seal(_ plaintext: [UInt8], subject: String, commitment: Digest) -> [UInt8] {
        [Self.version]
            + AES256GCM.seal(plaintext, key: key(commitment), nonce: Self.zeroNonce, aad: associated(subject))
    }

    /// - Returns: the plaintext, salt first; `nil` when the row was not sealed so.
    func open(_ row: [UInt8], subject: String, commitment: Digest) -> [UInt8]? {
        guard row.first == Self.version else { return nil }
        let opened = AES256GCM.open(
            Array(row.dropFirst()),
            key: key(commitment),
            nonce: Self.zeroNonce,
            aad: associated(subject)
        )
        guard let opened, opened.count >= Segment.saltBytes, Segment.commitment(opened) == commitment else {
            return nil
        }
        return opened
    }

    private func key(_ commitment: Digest) -> [UInt8] {
        derivation.derive(info: Self.info + commitment.bytes, count: AES256GCM.keyBytes)
    }

    private func associated(_ subject: String) -> [UInt8] { header + subject.utf8 }
}
