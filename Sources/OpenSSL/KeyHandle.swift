import COpenSSL

/// One key in OpenSSL's hands, a pair or a public half, which clears and frees it when its last user lets go.
@safe final class KeyHandle: Sendable {
    /// A raw pointer is not Sendable by itself; this one may be.
    ///
    /// It is set once, freed in `deinit` when nobody else can hold it, and in between the key is only read. OpenSSL
    /// counts the references to an EVP_PKEY atomically and guards what it caches in one with a lock of its own
    /// (`openssl-threads`(7): reading a shared object is safe as long as nobody writes to it).
    nonisolated(unsafe) let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// The size of the RSA keys we make.
    ///
    /// RFC 7518 §3.3: a key of size 2048 bits or larger MUST be used. One of 4096 bits signs some six times slower.
    private static let rsaBits: Int32 = 2048

    /// Keys that come from elsewhere may be larger, up to where one signature takes some milliseconds.
    private static let rsaBitsAccepted: ClosedRange<Int32> = 2048...4096

    static func generate(_ algorithm: SigningAlgorithm) throws(CryptoFault) -> KeyHandle {
        let operation = "generate a key for \(algorithm.rawValue)"
        let name =
            switch algorithm {
            case .RS256: "RSA"
            case .ES256: "EC"
            case .EdDSA: "ED25519"
            }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else { throw .queued(operation) }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw .queued(operation) }
        let prepared =
            switch algorithm {
            case .RS256: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, rsaBits)
            case .ES256: unsafe EVP_PKEY_CTX_set_group_name(context, "P-256")
            case .EdDSA: Int32(1)
            }
        guard prepared == 1 else { throw .queued(operation) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else { throw .queued(operation) }
        return unsafe KeyHandle(owning: key)
    }

    /// Reads a PrivateKeyInfo (RFC 5208) that fills the bytes exactly.
    convenience init(pkcs8: [UInt8]) throws(CryptoFault) {
        let operation = "load a signing key"
        var information: OpaquePointer?
        let consumed = unsafe pkcs8.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            unsafe information = d2i_PKCS8_PRIV_KEY_INFO(nil, &cursor, buffer.count)
            guard let start = buffer.baseAddress, let end = unsafe cursor else { return 0 }
            return unsafe end - start
        }
        guard let information = unsafe information else { throw .queued(operation) }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(information) }
        guard consumed == pkcs8.count else { throw CryptoFault(operation: operation, detail: "bytes after the key") }
        guard let key = unsafe EVP_PKCS82PKEY(information) else { throw .queued(operation) }
        unsafe self.init(owning: key)
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) that fills the bytes exactly: a public half.
    convenience init(publicKeyInfo bytes: [UInt8]) throws(CryptoFault) {
        let operation = "load a public key"
        var key: OpaquePointer?
        let consumed = unsafe bytes.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            unsafe key = d2i_PUBKEY(nil, &cursor, buffer.count)
            guard let start = buffer.baseAddress, let end = unsafe cursor else { return 0 }
            return unsafe end - start
        }
        guard let key = unsafe key else { throw .queued(operation) }
        unsafe self.init(owning: key)
        guard consumed == bytes.count else { throw CryptoFault(operation: operation, detail: "bytes after the key") }
    }

    /// The key as a PrivateKeyInfo (RFC 5208) in DER.
    var pkcs8: [UInt8] {
        guard let information = unsafe EVP_PKEY2PKCS8(pointer) else {
            preconditionFailure("a key that was generated or loaded has a PKCS#8 form")
        }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(information) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PKCS8_PRIV_KEY_INFO(information, &encoded)
        guard count > 0, let encoded = unsafe encoded else {
            preconditionFailure("encoding what was just decoded fails only for want of memory")
        }
        defer { unsafe muniment_clear_free(encoded, Int(count)) }
        return unsafe [UInt8](UnsafeBufferPointer(start: encoded, count: Int(count)))
    }

    /// The algorithm this key is for, when it is a key we sign with; nothing for other kinds, sizes and curves.
    var algorithm: SigningAlgorithm? {
        switch unsafe EVP_PKEY_get_base_id(pointer) {
        case EVP_PKEY_RSA where KeyHandle.rsaBitsAccepted.contains(unsafe EVP_PKEY_get_bits(pointer)): .RS256
        case EVP_PKEY_EC where isOnP256: .ES256
        case EVP_PKEY_ED25519: .EdDSA
        default: nil
        }
    }

    private var isOnP256: Bool {
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard unsafe EVP_PKEY_get_group_name(pointer, &name, name.count, &count) == 1 else { return false }
        // The name in OpenSSL of what NIST calls P-256.
        return name.prefix(count).elementsEqual("prime256v1".utf8.map(CChar.init(bitPattern:)))
    }

    /// A number of the public key, big-endian: as long as it must be, or filled up with zeros to `width` bytes.
    func publicNumber(_ name: String, width: Int? = nil) throws(CryptoFault) -> [UInt8] {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, name, &number) == 1, let number = unsafe number else {
            throw .queued("read the public part \(name) of a key")
        }
        defer { unsafe BN_free(number) }
        let count = unsafe width ?? Int(BN_num_bits(number) + 7) / 8
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = unsafe Int(max(0, BN_bn2binpad(number, buffer.baseAddress, Int32(count))))
        }
    }

    /// The seed of an Ed25519 key.
    func rawPrivateKey() throws(CryptoFault) -> [UInt8] {
        var seed = [UInt8](repeating: 0, count: Ed25519Key.seedBytes)
        var count = seed.count
        guard unsafe EVP_PKEY_get_raw_private_key(pointer, &seed, &count) == 1, count == seed.count else {
            throw .queued("read the seed of a key")
        }
        return seed
    }
}
