package import OpenSSL
package import Storage
import Wire

/// The key that wraps the others, itself wrapped by the operator's key-encryption key.
///
/// There is one, but while a new one takes over: then the newest wraps, and older ones still open what was not wrapped
/// anew before an interruption.
package struct EpochKey: Sendable {
    package static let bytes = 32
    static let first = 1
    private static let prefix = "epoch-"

    /// The newest epoch's.
    let number: Int
    private let keys: [Int: [UInt8]]
    /// Kept by who only reads: to go on where the owner wraps everything anew meanwhile.
    private let keyEncryptionKey: [UInt8]?

    private init(number: Int, keys: [Int: [UInt8]], keyEncryptionKey: [UInt8]? = nil) {
        self.number = number
        self.keys = keys
        self.keyEncryptionKey = keyEncryptionKey
    }

    static func fileName(_ number: Int) -> String { prefix + String(number) }

    /// Which epoch a file belongs to; `nil` for any other file.
    static func number(_ name: String) -> Int? {
        guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), (1..<Int.max).contains(number),
            name.bytesEqual(fileName(number))
        else { return nil }
        return number
    }

    /// Makes the first epoch of a new ledger, durably.
    ///
    /// - Throws: `LedgerFault.keys` when there is an epoch already: in its place no key would open any more.
    package static func create(
        in folder: SmallFiles,
        keyEncryptionKey: [UInt8],
        random: (Int) -> [UInt8],
    ) throws -> EpochKey {
        guard try folder.list().allSatisfy({ number($0) == nil }) else {
            throw LedgerFault.keys("there are keys here already")
        }
        return try EpochKey(number: first - 1, keys: [:]).next(
            in: folder,
            keyEncryptionKey: keyEncryptionKey,
            random: random
        )
    }

    /// A new epoch beside the present one, durable when this returns.
    func next(
        in folder: SmallFiles,
        keyEncryptionKey: [UInt8],
        random: (Int) -> [UInt8],
    ) throws -> EpochKey {
        let (next, key) = (number + 1, random(Self.bytes))
        let nonce = random(AES256GCM.nonceBytes)
        let name = Self.fileName(next)
        let sealed = AES256GCM.seal(key, key: keyEncryptionKey, nonce: nonce, aad: Array(name.utf8))
        try folder.write(name, nonce + sealed, mode: 0o600)
        return EpochKey(number: next, keys: keys.merging([next: key]) { _, new in new })
    }

    /// - Returns: `nil` when the key-encryption key is not the one that wrapped it, or when the file is missing.
    package static func open(in folder: SmallFiles, keyEncryptionKey: [UInt8]) throws -> EpochKey? {
        var keys: [Int: [UInt8]] = [:]
        let numbers = try folder.list().compactMap(number)
        for number in numbers {
            let name = fileName(number)
            guard let file = try folder.read(name), file.count > AES256GCM.nonceBytes else { continue }
            // An old epoch whose destruction was interrupted does not open, and nothing needs it.
            keys[number] = AES256GCM.open(
                Array(file.dropFirst(AES256GCM.nonceBytes)),
                key: keyEncryptionKey,
                nonce: Array(file.prefix(AES256GCM.nonceBytes)),
                aad: Array(name.utf8)
            )
        }
        guard let newest = numbers.max(), keys[newest] != nil else { return nil }
        return EpochKey(
            number: newest,
            keys: keys,
            keyEncryptionKey: folder.access == .readOnly ? keyEncryptionKey : nil
        )
    }

    /// The epoch as it is now; `nil` where that does not open.
    func renewed(in folder: SmallFiles) throws -> EpochKey? {
        try keyEncryptionKey.flatMap { try Self.open(in: folder, keyEncryptionKey: $0) }
    }

    /// What genesis keeps so that a wrong key-encryption key is known as such.
    package static func check(keyEncryptionKey: [UInt8], ledger: [UInt8]) -> Digest {
        HMAC256.authenticate(Array("muniment/v1/key-check".utf8) + [0] + ledger, key: keyEncryptionKey)
    }

    func wrap(_ plain: [UInt8], id: String, nonce: [UInt8]) -> [UInt8] {
        guard let key = keys[number] else { preconditionFailure("the newest epoch is always at hand") }
        return nonce + AES256GCM.seal(plain, key: key, nonce: nonce, aad: Array(id.utf8))
    }

    func unwrap(_ wrapped: [UInt8], id: String, epoch: Int) -> [UInt8]? {
        guard let key = keys[epoch], wrapped.count > AES256GCM.nonceBytes else { return nil }
        return AES256GCM.open(
            Array(wrapped.dropFirst(AES256GCM.nonceBytes)),
            key: key,
            nonce: Array(wrapped.prefix(AES256GCM.nonceBytes)),
            aad: Array(id.utf8)
        )
    }
}
