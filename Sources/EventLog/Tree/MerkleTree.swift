package import OpenSSL

/// The hashes of RFC 6962 §2.1, by name.
package enum MerkleTree {
    /// The root of the tree without leaves: the hash of nothing.
    package static let emptyRoot = SHA256Hash.hash([])

    package static func leaf(_ entry: [UInt8]) -> Digest { SHA256Hash.hash(prefix: 0x00, entry) }

    package static func node(_ left: Digest, _ right: Digest) -> Digest { SHA256Hash.hash(prefix: 0x01, left, right) }

    /// The root over a list of leaves, for the small trees inside entries (`chains.attested`).
    package static func root(of leaves: [Digest]) -> Digest {
        var range = CompactRange()
        for leaf in leaves { range.append(leaf) }
        return range.root
    }
}
