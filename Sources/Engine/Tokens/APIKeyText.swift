import EventLog
package import Identity
import OpenSSL
import Wire

/// An API key as it is written: `sk_sc_live_`, the part that people may see, the secret, and six characters that show a
/// slip of the hand and tell scanners of files a key from what only looks like one.
///
/// It never prints itself whole.
package struct APIKeyText: Sendable, Equatable {
    /// What every one matches, and next to nothing else: for scanners of files and logs.
    package static let pattern = #"\bsk_sc_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}\b"#

    private static let start = "sk_sc_live_"
    private static let seenCharacters = 16
    /// 62^43 is more than 2^256.
    private static let secretCharacters = 43
    private static let checksumCharacters = 6
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The whole key: whoever holds it is the key.
    package let text: String
    /// What may be shown of it: `sk_sc_live_` and the part after that.
    package var beginning: String { String(text.prefix(Self.start.utf8.count + Self.seenCharacters)) }

    /// What is wrong with a text that is no key.
    package enum Fault: Error, Sendable, Equatable {
        case start
        case length
        case characters
        case separator
        case checksum

        package var reason: String {
            switch self {
            case .start: "it does not begin with \(APIKeyText.start)"
            case .length: "it is not \(APIKeyText.length) characters long"
            case .characters: "it has characters other than letters and digits"
            case .separator: "the underscore before its secret is not where it should be"
            case .checksum: "its checksum does not fit: it was mistyped, cut, or is no key"
            }
        }
    }

    private static let length = start.utf8.count + seenCharacters + 1 + secretCharacters + checksumCharacters

    /// A key as somebody wrote it.
    package init(_ text: String) throws(Fault) {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: Self.start.utf8) else { throw .start }
        guard bytes.count == Self.length else { throw .length }
        let separator = Self.start.utf8.count + Self.seenCharacters
        guard bytes[separator] == UInt8(ascii: "_") else { throw .separator }
        let others = bytes[Self.start.utf8.count..<separator] + bytes[(separator + 1)...]
        guard others.allSatisfy(Self.digits.contains) else { throw .characters }
        let covered = bytes.dropLast(Self.checksumCharacters)
        guard Self.checksum(covered) == bytes.suffix(Self.checksumCharacters) else { throw .checksum }
        self.text = text
    }

    /// A new key.
    ///
    /// - Parameters:
    ///   - beginning: of the key that it takes the place of; nil of one that is new.
    ///   - random: bytes that nobody can guess.
    package init(beginning: String? = nil, random: (Int) -> [UInt8]) {
        var bytes = Array((beginning ?? Self.start).utf8)
        if beginning == nil { bytes += Self.characters(Self.seenCharacters, random) }
        bytes.append(UInt8(ascii: "_"))
        bytes += Self.characters(Self.secretCharacters, random)
        bytes += Self.checksum(bytes[...])
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// What a ledger keeps of it, as a secret.
    package func secret(_ id: SecretID, macKey: [UInt8]) -> Secret.New {
        Secret.New(id: id, key: ClientSecret.macKeyName, mac: mac(key: macKey), suffix: String(text.suffix(4)))
    }

    /// Its keyed hash, by which it is found.
    package func mac(key: [UInt8]) -> String {
        Base64URL.encode(SecretHash.mac(Array(text.utf8), kind: .apiKey, key: key).bytes)
    }

    /// Each as likely as any other: bytes beyond the last whole 62 are drawn again.
    private static func characters(_ count: Int, _ random: (Int) -> [UInt8]) -> [UInt8] {
        let fair = 256 - 256 % digits.count
        var drawn: [UInt8] = []
        while drawn.count < count {
            drawn += random(count).filter { $0 < fair }.map { digits[Int($0) % digits.count] }
        }
        return Array(drawn.prefix(count))
    }

    /// The first 32 bits of the SHA-256 of all that stands before it, in base 62.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var value = SHA256Hash.hash(Array(bytes)).bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        var written: [UInt8] = []
        for _ in 0..<checksumCharacters {
            written.append(digits[value % digits.count])
            value /= digits.count
        }
        return written.reversed()
    }
}

extension APIKeyText: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(beginning)_…" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
