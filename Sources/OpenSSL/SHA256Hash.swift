/// SHA-256 of bytes that are all at hand.
package enum SHA256Hash {
    /// The digest of the parts as if they were one; nothing marks where one part ends.
    package static func hash(_ parts: [UInt8]...) -> Digest {
        var hasher = Hasher256()
        for part in parts { hasher.update(part) }
        return hasher.digest()
    }

    package static func hash(_ bytes: Span<UInt8>) -> Digest {
        var hasher = Hasher256()
        hasher.update(bytes)
        return hasher.digest()
    }

    /// The digest of one byte that says what kind of thing follows, then the thing: a leaf of the tree, a commitment.
    package static func hash(prefix: UInt8, _ bytes: [UInt8]) -> Digest {
        hash(prefix: prefix, bytes.span)
    }

    package static func hash(prefix: UInt8, _ bytes: Span<UInt8>) -> Digest {
        var hasher = Hasher256()
        hasher.update(prefix)
        hasher.update(bytes)
        return hasher.digest()
    }

    /// The digest of a node of the tree over its two children.
    package static func hash(prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        var hasher = Hasher256()
        hasher.update(prefix)
        hasher.update(left)
        hasher.update(right)
        return hasher.digest()
    }
}
