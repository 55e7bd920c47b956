package import OpenSSL
package import Storage
import Wire

/// The key that wraps the others, itself wrapped by the operator's key-encryption key.
package struct EpochKey: Sendable {
    package static let fileName = "epoch-1"
    package static let bytes = 32

    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    /// Makes the first epoch of a new ledger, durably.
    package static func create(
        in folder: SmallFiles, keyEncryptionKey: [UInt8], random: (Int) -> [UInt8],
    ) throws -> EpochKey {
        let epoch = EpochKey(key: random(bytes))
        let nonce = random(AES256GCM.nonceBytes)
        let sealed = AES256GCM.seal(epoch.key, key: keyEncryptionKey, nonce: nonce, aad: Array(fileName.utf8))
        try folder.write(fileName, nonce + sealed, mode: 0o600)
        return epoch
    }

    /// - Returns: `nil` when the key-encryption key is not the one that wrapped it, or when the file is missing.
    package static func open(in folder: SmallFiles, keyEncryptionKey: [UInt8]) throws -> EpochKey? {
        guard let file = try folder.read(fileName), file.count > AES256GCM.nonceBytes else { return nil }
        let nonce = Array(file.prefix(AES256GCM.nonceBytes))
        let sealed = Array(file.dropFirst(AES256GCM.nonceBytes))
        return AES256GCM.open(sealed, key: keyEncryptionKey, nonce: nonce, aad: Array(fileName.utf8))
            .map(EpochKey.init(key:))
    }

    /// What genesis keeps so that a wrong key-encryption key is known as such.
    package static func check(keyEncryptionKey: [UInt8], ledger: [UInt8]) -> Digest {
        HMAC256.authenticate(Array("muniment/v1/key-check".utf8) + [0] + ledger, key: keyEncryptionKey)
    }

    func wrap(_ plain: [UInt8], id: String, nonce: [UInt8]) -> [UInt8] {
        nonce + AES256GCM.seal(plain, key: key, nonce: nonce, aad: Array(id.utf8))
    }

    func unwrap(_ wrapped: [UInt8], id: String) -> [UInt8]? {
        guard wrapped.count > AES256GCM.nonceBytes else { return nil }
        return AES256GCM.open(
            Array(wrapped.dropFirst(AES256GCM.nonceBytes)), key: key,
            nonce: Array(wrapped.prefix(AES256GCM.nonceBytes)), aad: Array(id.utf8))
    }
}
