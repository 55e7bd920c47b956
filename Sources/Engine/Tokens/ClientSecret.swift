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

    package let text: String
    package let new: Secret.New

    /// 43 characters of `A–Z a–z 0–9 - _`.
    package init(random: (Int) -> [UInt8], macKey: [UInt8]) {
        self.init(
            Base64URL.encode(random(Self.bytes)),
            id: SecretID(random: random(SecretID.randomBytes)),
            macKey: macKey
        )
    }

    /// One of an organization's client: `live_` and 64 of `0–9 A–Z a–z`, under an identifier in digits.
    package init(ofOrganizationBy random: (Int) -> [UInt8], macKey: [UInt8]) {
        let alphabet = Self.alphabet
        // Bytes past the last whole round of the alphabet are drawn again, so that no character is likelier.
        let bound = 256 - 256 % alphabet.count
        var text = Array("live_".utf8)
        let length = text.count + Self.characters
        while text.count < length {
            for byte in random(Self.characters) where Int(byte) < bound && text.count < length {
                text.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        self.init(
            String(decoding: text, as: UTF8.self),
            id: SecretID(numberedBy: random(SecretID.numberBytes)),
            macKey: macKey
        )
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// 381 bits.
    private static let characters = 64

    private init(_ text: String, id: SecretID, macKey: [UInt8]) {
        self.text = text
        new = Secret.New(
            id: id,
            key: Self.macKeyName,
            mac: Self.mac(text, key: macKey),
            suffix: String(text.suffix(4))
        )
    }

    /// The keyed hash of a secret as a client presents it, in base64url.
    package static func mac(_ secret: String, key: [UInt8]) -> String {
        Base64URL.encode(SecretHash.mac(Array(secret.utf8), kind: .clientSecret, key: key).bytes)
    }
}
