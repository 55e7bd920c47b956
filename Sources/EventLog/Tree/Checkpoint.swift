package import OpenSSL
package import Wire

/// The ledger's size and root at a moment, signed: what anchors keep, witnesses cosign and proofs lead to.
///
/// Source: C2SP `tlog-checkpoint`.
package struct Checkpoint: Sendable, Equatable {
    package let origin: String
    package let size: UInt64
    package let root: Digest

    package init(origin: String, size: UInt64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    /// - Throws: `Malformed` unless the text is origin, size and root; lines after them are extensions and are allowed.
    package init(text: String) throws(Malformed) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count >= 4, !lines[0].isEmpty, lines.last == "" else {
            throw Malformed("a checkpoint is origin, size and root, a line each", at: 0)
        }
        guard let size = UInt64(lines[1]), String(size) == lines[1] else {
            throw Malformed("a checkpoint's size is a decimal number", at: lines[0].utf8.count + 1)
        }
        guard let root = Digest(try Base64.decode(lines[2])) else { throw Malformed("a root has 32 bytes", at: 0) }
        self.init(origin: lines[0], size: size, root: root)
    }

    /// The note with a line for each key: two while a new checkpoint key takes over.
    package func signed(by keys: [Ed25519Key]) -> SignedNote {
        let message = Array(text.utf8)
        return SignedNote(
            text: text,
            signatures: keys.map { key in
                let verifier = VerifierKey(name: origin, publicKey: key.publicKey)
                return SignedNote.Signature(name: origin, keyID: verifier.id, bytes: key.sign(message))
            }
        )
    }
}
