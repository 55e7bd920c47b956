import CArgon2

/// A password turned into a text that proves it and from which it cannot be guessed cheaply: Argon2id (RFC 9106).
///
/// The text is in PHC form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, so it says itself what it cost.
package enum PasswordHash {
    /// RFC 9106 §3.1 allows salts from 8 bytes, and recommends 16 for passwords.
    package static let saltBytes = 16
    private static let saltBytesAccepted = 8...64
    private static let hashBytes = 32

    /// Hashes a password in the time and memory that `cost` names; call it where blocking hurts nobody.
    package static func hash(_ password: [UInt8], salt: [UInt8], cost: Cost) throws(CryptoFault) -> String {
        let operation = "hash a password"
        guard cost.isAcceptable else { throw CryptoFault(operation: operation, detail: "a cost out of bounds") }
        guard saltBytesAccepted.contains(salt.count) else {
            throw CryptoFault(operation: operation, detail: "a salt is 8 to 64 bytes")
        }
        let (passes, memory, lanes) = (UInt32(cost.passes), UInt32(cost.memoryKiB), UInt32(cost.lanes))
        let capacity = argon2_encodedlen(
            passes,
            memory,
            lanes,
            UInt32(salt.count),
            UInt32(hashBytes),
            Argon2_id
        )
        var code: Int32 = 0
        let phc = unsafe [CChar](unsafeUninitializedCapacity: capacity) { buffer, count in
            code = unsafe argon2id_hash_encoded(
                passes,
                memory,
                lanes,
                password,
                password.count,
                salt,
                salt.count,
                hashBytes,
                buffer.baseAddress,
                buffer.count
            )
            count = unsafe code == ARGON2_OK.rawValue ? buffer.firstIndex(of: 0) ?? 0 : 0
        }
        guard code == ARGON2_OK.rawValue else {
            let detail = unsafe argon2_error_message(code).map { unsafe String(cString: $0) }
            throw CryptoFault(operation: operation, detail: detail ?? "code \(code)")
        }
        return String(decoding: phc.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the password is the one the text was made from.
    ///
    /// A text that is not Argon2id's, or asks for more than `Cost.memoryKiBMax` and its like, is nobody's password:
    /// it may have been imported, and must not be able to exhaust the machine.
    package static func verify(_ password: [UInt8], against phc: String) -> Bool {
        guard Cost(phc: phc)?.isAcceptable == true else { return false }
        return unsafe argon2id_verify(phc, password, password.count) == ARGON2_OK.rawValue
    }
}
