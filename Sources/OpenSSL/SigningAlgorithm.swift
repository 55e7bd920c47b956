/// The ways a token can be signed, by the names RFC 7518 §3.1 and RFC 8037 §3.1 give them.
package enum SigningAlgorithm: String, CaseIterable, Sendable {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case RS256
    /// ECDSA on P-256 with SHA-256.
    case ES256
    /// Ed25519.
    case EdDSA
}
