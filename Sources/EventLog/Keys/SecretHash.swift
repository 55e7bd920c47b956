package import OpenSSL

/// What is kept of a machine's secret: a keyed hash, so that no secret of one kind works as another.
///
/// A slow password hash protects short human passwords; these are 256 random bits, and are looked up at every request.
package enum SecretHash {
    package enum Kind: String, Sendable, CaseIterable {
        case clientSecret = "client_secret"
        case apiKey = "api_key"
        case refreshToken = "refresh_token"
        case session
        case code
        case deviceCode = "device_code"
        case par
        case reset
        case idempotencyKey = "idempotency_key"
        case idempotencyBody = "idempotency_body"
    }

    package static func mac(_ secret: [UInt8], kind: Kind, key: [UInt8]) -> Digest {
        HMAC256.authenticate(prefix + Array(kind.rawValue.utf8) + [0] + secret, key: key)
    }

    private static let prefix = Array("muniment/v1/secret".utf8) + [0]
}
