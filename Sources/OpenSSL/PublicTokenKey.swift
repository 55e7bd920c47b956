import COpenSSL

/// The public half of a key that signs tokens: it checks them, and can do nothing else.
package final class PublicTokenKey: Sendable {
    package let algorithm: SigningAlgorithm
    private let method: Method

    private enum Method: Sendable {
        case rsa(PreparedVerifier)
        case p256(PreparedVerifier)
        case ed25519([UInt8])
    }

    /// Takes up a public key by its numbers.
    ///
    /// - Parameter number: the raw big-endian bytes of a member of its JWK (RFC 7518 §6, RFC 8037 §2), nil where it has
    ///   none by that name.
    package init(
        _ algorithm: SigningAlgorithm,
        _ number: (_ name: String) -> [UInt8]?,
    ) throws(CryptoFault) {
        self.algorithm = algorithm
        switch algorithm {
        case .RS256:
            guard let modulus = number("n"), let exponent = number("e") else { throw Self.incomplete }
            let key = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
            method = .rsa(try PreparedVerifier(Self.handle(DER.rsaEncryption, key), padding: RSA_PKCS1_PADDING))
        case .ES256:
            guard let x = number("x"), let y = number("y"), x.count == 32, y.count == 32 else { throw Self.incomplete }
            // SEC 1 §2.3.3: an uncompressed point.
            let key = [0x04] + x + y
            method = .p256(try PreparedVerifier(Self.handle(DER.ellipticCurveP256, key), padding: nil))
        case .EdDSA:
            guard let x = number("x"), x.count == 32 else { throw Self.incomplete }
            method = .ed25519(x)
        }
    }

    private static func handle(_ algorithm: [UInt8], _ key: [UInt8]) throws(CryptoFault) -> KeyHandle {
        try KeyHandle(publicKeyInfo: DER.sequence(DER.sequence(algorithm) + DER.bitString(key)))
    }

    private static var incomplete: CryptoFault {
        CryptoFault(operation: "load a public key", detail: "a number of it is missing or has another length")
    }

    /// Checks a signature in the form a token carries it: RFC 7518 §3.3 and §3.4, RFC 8037 §3.1.
    package func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch method {
        case .rsa(let verifier):
            return verifier.verify(signature, of: SHA256Hash.hash(message.span))
        case .p256(let verifier):
            guard let der = ECDSASignature.der(joseForm: signature) else { return false }
            return verifier.verify(der, of: SHA256Hash.hash(message.span))
        case .ed25519(let key):
            return Ed25519.verify(signature: signature, message: message, publicKey: key)
        }
    }
}

/// The few parts of DER (X.690 §8) that a SubjectPublicKeyInfo needs.
private enum DER {
    /// RFC 8017 §A.1: 1.2.840.113549.1.1.1 and a null.
    static let rsaEncryption: [UInt8] = [
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]
    /// RFC 5480 §2.1.1: 1.2.840.10045.2.1 and the curve 1.2.840.10045.3.1.7.
    static let ellipticCurveP256: [UInt8] = [
        0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01,
        0x07,
    ]

    static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

    /// - Parameter bytes: a number that is not negative, big-endian.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = bytes.drop { $0 == 0 }
        // A first bit that is set would make it negative.
        return element(0x02, digits.first.map { $0 >= 0x80 } ?? true ? [0] + digits : Array(digits))
    }

    static func bitString(_ bytes: [UInt8]) -> [UInt8] { element(0x03, [0] + bytes) }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        var (length, left): ([UInt8], Int) = ([], content.count)
        while left > 0 {
            length.insert(UInt8(truncatingIfNeeded: left), at: 0)
            left >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }
}
