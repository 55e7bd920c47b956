import COpenSSL

/// A key that signs tokens, and whose public half lets anyone check them.
///
/// Signing and checking need no lock: any number of threads may do both at once with one key.
package final class TokenKey: Sendable {
    package let algorithm: SigningAlgorithm

    /// The public half under the names of RFC 7518 §6 and RFC 8037 §2, as raw big-endian bytes.
    package let jwk: [(name: String, value: [UInt8])]

    /// The `crv` of the public half; RSA has none.
    package let curve: String?

    package let publicKey: PublicTokenKey

    private let handle: KeyHandle
    private let method: Method

    private enum Method: Sendable {
        case rsa(PreparedSigner)
        case p256(PreparedSigner)
        case ed25519(Ed25519Key)
    }

    package static func generate(_ algorithm: SigningAlgorithm) throws(CryptoFault) -> TokenKey {
        try TokenKey(KeyHandle.generate(algorithm))
    }

    /// The Ed25519 key of a seed: with such keys a simulated world signs alike for ever.
    package convenience init(ed25519Seed seed: [UInt8]) throws(CryptoFault) {
        // RFC 8410 §7: a PrivateKeyInfo of Ed25519 is these bytes and the seed.
        let information: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        try self.init(pkcs8: information + seed)
    }

    /// Takes up a key that was kept as PKCS#8; one that is damaged, too short or of another kind is refused.
    package convenience init(pkcs8: [UInt8]) throws(CryptoFault) {
        try self.init(KeyHandle(pkcs8: pkcs8))
        // A key whose halves do not belong together would sign tokens that nobody accepts.
        let trial = [UInt8]("muniment".utf8)
        guard try publicKey.verify(sign(trial), of: trial) else {
            throw CryptoFault(operation: "load a signing key", detail: "its two halves do not belong together")
        }
    }

    private init(_ handle: KeyHandle) throws(CryptoFault) {
        guard let algorithm = handle.algorithm else {
            throw CryptoFault(
                operation: "load a signing key",
                detail: "neither RSA of 2048 to 4096 bits, nor P-256, nor Ed25519"
            )
        }
        self.handle = handle
        self.algorithm = algorithm
        switch algorithm {
        case .RS256:
            method = .rsa(try PreparedSigner(handle, padding: RSA_PKCS1_PADDING))
            jwk = [
                ("n", try handle.publicNumber(OSSL_PKEY_PARAM_RSA_N)),
                ("e", try handle.publicNumber(OSSL_PKEY_PARAM_RSA_E)),
            ]
            curve = nil
        case .ES256:
            method = .p256(try PreparedSigner(handle, padding: nil))
            // RFC 7518 §6.2.1.2: the length of a coordinate is the full size for the curve.
            jwk = [
                ("x", try handle.publicNumber(OSSL_PKEY_PARAM_EC_PUB_X, width: 32)),
                ("y", try handle.publicNumber(OSSL_PKEY_PARAM_EC_PUB_Y, width: 32)),
            ]
            curve = "P-256"
        case .EdDSA:
            var seed = try handle.rawPrivateKey()
            defer { wipe(&seed) }
            let key = try Ed25519Key(seed: seed)
            method = .ed25519(key)
            jwk = [("x", key.publicKey)]
            curve = "Ed25519"
        }
        publicKey = try PublicTokenKey(algorithm) { [jwk] name in jwk.first { $0.name == name }?.value }
    }

    /// The private key in the form of RFC 5208, to be kept sealed.
    package var pkcs8: [UInt8] { handle.pkcs8 }

    /// The signature in the form a token carries it: RFC 7518 §3.3 and §3.4, RFC 8037 §3.1.
    package func sign(_ message: [UInt8]) throws(CryptoFault) -> [UInt8] {
        switch method {
        case .rsa(let signer): try signer.sign(SHA256Hash.hash(message.span))
        case .p256(let signer): try ECDSASignature.joseForm(der: signer.sign(SHA256Hash.hash(message.span)))
        case .ed25519(let key): key.sign(message)
        }
    }
}
