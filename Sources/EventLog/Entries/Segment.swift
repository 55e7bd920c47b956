package import OpenSSL
package import Wire

/// A sealed segment: personal or free text beside an entry, which commits to it without telling it.
package enum Segment {
    package static let saltBytes = 32
    package static let plaintextBytesMax = 32 * 1024
    package static let countMax = 16
    private static let version: UInt8 = 0x01
    private static let info = Array("muniment/v1/segment".utf8) + [0]

    package static func plaintext(salt: [UInt8], fields: Members) -> [UInt8] {
        precondition(salt.count == saltBytes, "a salt that is short would let a guess be confirmed")
        return salt + JSON.object(fields).canonical
    }

    package static func commitment(_ plaintext: [UInt8]) -> Digest { SHA256Hash.hash(prefix: 0x02, plaintext) }

    package static func seal(_ plaintext: [UInt8], subject: String, ledger: [UInt8], dataKey: [UInt8]) -> [UInt8] {
        let key = segmentKey(commitment(plaintext), ledger: ledger, dataKey: dataKey)
        return [version]
            + AES256GCM.seal(plaintext, key: key, nonce: zeroNonce, aad: associated(ledger, subject))
    }

    /// - Returns: the plaintext, salt first; `nil` when the row was not sealed so.
    package static func open(
        _ row: [UInt8],
        subject: String,
        commitment: Digest,
        ledger: [UInt8],
        dataKey: [UInt8],
    ) -> [UInt8]? {
        guard row.first == version else { return nil }
        let key = segmentKey(commitment, ledger: ledger, dataKey: dataKey)
        let opened = AES256GCM.open(
            Array(row.dropFirst()),
            key: key,
            nonce: zeroNonce,
            aad: associated(ledger, subject)
        )
        guard let opened, opened.count >= saltBytes, Self.commitment(opened) == commitment else { return nil }
        return opened
    }

    /// The fields of a plaintext, behind its salt.
    package static func fields(_ plaintext: [UInt8]) -> Members? {
        (try? JSON.parse(Array(plaintext.dropFirst(saltBytes)), as: .canonical))?.members
    }

    // The nonce may be fixed because the key is used once: the salt makes the commitment, and so the key, unique.
    private static let zeroNonce = [UInt8](repeating: 0, count: AES256GCM.nonceBytes)

    private static func segmentKey(_ commitment: Digest, ledger: [UInt8], dataKey: [UInt8]) -> [UInt8] {
        HKDF256.derive(key: dataKey, salt: ledger, info: info + commitment.bytes, count: AES256GCM.keyBytes)
    }

    private static func associated(_ ledger: [UInt8], _ subject: String) -> [UInt8] {
        [version] + ledger + Array(subject.utf8)
    }
}
