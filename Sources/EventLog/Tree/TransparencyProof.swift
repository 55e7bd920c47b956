package import OpenSSL
package import Wire

/// An entry's inclusion proof with the signed checkpoint it leads to: evidence in one file.
///
/// Source: C2SP `tlog-proof`.
package struct TransparencyProof: Sendable, Equatable {
    package static let header = "c2sp.org/tlog-proof@v1"

    package let index: UInt64
    package let path: [Digest]
    package let note: SignedNote

    package init(index: UInt64, path: [Digest], note: SignedNote) {
        self.index = index
        self.path = path
        self.note = note
    }

    package var encoded: String {
        "\(Self.header)\nindex \(index)\n" + path.map { Base64.encode($0.bytes) + "\n" }.joined() + "\n" + note.encoded
    }

    package init(decoding text: String) throws(Malformed) {
        let bytes = Array(text.utf8)
        guard let empty = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }) else {
            throw Malformed("a proof has an empty line before its checkpoint", at: 0)
        }
        var lines = bytes[..<empty].split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        // Data that an application may add. We write none and it means nothing to us.
        if lines.count > 1, lines[1].utf8.starts(with: "extra ".utf8) {
            _ = try Base64.decode(String(lines.remove(at: 1).dropFirst(6)))
        }
        guard lines.count >= 2, lines[0].bytesEqual(Self.header), lines[1].hasPrefix("index "),
            let index = UInt64(lines[1].dropFirst(6)), lines[1].bytesEqual("index \(index)")
        else { throw Malformed("a proof begins with \(Self.header) and its index", at: 0) }
        var path: [Digest] = []
        for line in lines.dropFirst(2) {
            guard path.count < 64, let digest = Digest(try Base64.decode(line)) else {
                throw Malformed("a proof's path has at most 64 hashes of 32 bytes", at: 0)
            }
            path.append(digest)
        }
        self.index = index
        self.path = path
        note = try SignedNote(decoding: String(decoding: bytes[(empty + 2)...], as: UTF8.self))
    }

    /// Whether the entry is in the tree that a checkpoint signed by this key names.
    package func proves(_ entry: [UInt8], signedBy key: VerifierKey) -> Bool {
        guard note.isSigned(by: key), let checkpoint = try? Checkpoint(text: note.text),
            checkpoint.origin.bytesEqual(key.name)
        else { return false }
        let proof = InclusionProof(index: index, size: checkpoint.size, path: path)
        return proof.proves(MerkleTree.leaf(entry), root: checkpoint.root)
    }
}
