package import OpenSSL
package import Wire

/// What is told of a backup that is complete: which entries are in it, and the root of all entries before its end.
package struct BackupMark: Sendable, Equatable {
    package let first: UInt64
    /// One more than its last index.
    package let size: UInt64
    package let root: Digest
    package let at: Instant
    /// The digest in its last block, which follows from every byte before.
    package let digest: Digest

    package init(first: UInt64, size: UInt64, root: Digest, at: Instant, digest: Digest) {
        self.first = first
        self.size = size
        self.root = root
        self.at = at
        self.digest = digest
    }

    package var json: JSON {
        [
            "at": .string(at.text), "digest": .string(Base64URL.encode(digest.bytes)), "first": .integer(Int64(first)),
            "root": .string(Base64URL.encode(root.bytes)), "size": .integer(Int64(size)),
        ]
    }

    package init(decoding bytes: [UInt8]) throws(Malformed) {
        let object = try JSON.parse(Array(bytes.prefix { $0 != 0x0A }), as: .canonical)
        guard let members = object.members else { throw Malformed("an object is expected", at: 0) }
        let data = MemberReader(members)
        self.init(
            first: try data.position("first"),
            size: try data.position("size"),
            root: try data.digest("root"),
            at: try Instant(rfc3339: data.text("at")),
            digest: try data.digest("digest")
        )
    }
}
