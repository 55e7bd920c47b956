import Crypto

/// Checks Ed25519 signatures (RFC 8032) of whoever showed a public key.
package enum Ed25519 {
    package static let signatureBytes = 64

    /// Whether the signature is the key's over the message; a key or signature of the wrong size is simply not.
    package static func verify(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
