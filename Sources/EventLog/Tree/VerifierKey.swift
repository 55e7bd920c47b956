import OpenSSL
package import Wire

/// The public half of a signer's key with its name, as signed notes give it: `<name>+<8 hex>+<base64(type ‖ key)>`.
///
/// Source: C2SP `signed-note`.
package struct VerifierKey: Sendable, Equatable, CustomStringConvertible {
    package enum Algorithm: UInt8, Sendable {
        case ed25519 = 0x01
        /// A witness's `cosignature/v1`.
        case cosignature = 0x04
    }

    package let name: String
    package let algorithm: Algorithm
    package let publicKey: [UInt8]

    package init(name: String, algorithm: Algorithm = .ed25519, publicKey: [UInt8]) {
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
    }

    /// SHA-256(name ‖ LF ‖ type ‖ key), its first four bytes.
    package var id: [UInt8] {
        Array(SHA256Hash.hash(Array(name.utf8), [0x0A, algorithm.rawValue], publicKey).bytes.prefix(4))
    }

    package var description: String {
        "\(name)+\(Hex.encode(id))+\(Base64.encode([algorithm.rawValue] + publicKey))"
    }

    package init(_ text: String) throws(Malformed) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty else { throw Malformed("a verifier key is name+id+key", at: 0) }
        let bytes = try Base64.decode(String(parts[2]))
        guard let first = bytes.first, let algorithm = Algorithm(rawValue: first), bytes.count == 33 else {
            throw Malformed("a verifier key has a type and 32 bytes", at: 0)
        }
        self.init(name: String(parts[0]), algorithm: algorithm, publicKey: Array(bytes.dropFirst()))
        guard try Hex.decode(String(parts[1])) == id else {
            throw Malformed("the key's id is not that of the key", at: 0)
        }
    }
}
