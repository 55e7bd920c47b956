import EventLog
package import Identity
import OpenSSL
import Wire

/// A new client secret: shown once, its keyed hash kept.
package struct ClientSecret: Sendable {
    /// 256 bits.
    package static let bytes = 32

    /// The name of the key that makes the hashes of secrets.
    package static let macKeyName = "hk_1"

    /// 43 characters of `A–Z a–z 0–9 - _`.
    package let text: String
    package let new: Secret.New

    package init(random: (Int) -> [UInt8], macKey: [UInt8]) {
        text = Base64URL.encode(random(Self.bytes))
        let mac = Self.mac(text, key: macKey)
        new = Secret.New(
            id: SecretID(random: random(SecretID.randomBytes)),
            key: Self.macKeyName,
            mac: mac,
            suffix: String(text.suffix(4))
        )
    }

    /// The keyed hash of a secret as a client presents it, in base64url.
    package static func mac(_ secret: String, key: [UInt8]) -> String {
        Base64URL.encode(SecretHash.mac(Array(secret.utf8), kind: .clientSecret, key: key).bytes)
    }
}
