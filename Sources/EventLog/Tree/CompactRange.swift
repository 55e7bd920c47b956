package import OpenSSL

/// The right edge of a tree: the roots of the perfect subtrees that its size is made of, largest first.
///
/// It is all one needs to append leaves and to know the root, so a verifier reads a ledger of any length in a few
/// hundred bytes of memory.
package struct CompactRange: Sendable, Equatable {
    package private(set) var size: UInt64
    package private(set) var nodes: [Digest]

    package init() {
        size = 0
        nodes = []
    }

    /// The edge of a tree of that size with these subtree roots.
    package init(size: UInt64, nodes: [Digest]) {
        precondition(nodes.count == size.nonzeroBitCount, "an edge has one subtree for each bit of its size")
        self.size = size
        self.nodes = nodes
    }

    /// Appends a leaf hash.
    ///
    /// - Returns: the hashes that this leaf completes, the leaf's own first: one, and one for each trailing one bit of
    ///   its index.
    @discardableResult
    package mutating func append(_ leaf: Digest) -> [Digest] {
        var completed: [Digest] = []
        append(leaf, completing: &completed)
        return completed
    }

    /// The same, with the completed hashes in an array that is used again and again.
    package mutating func append(_ leaf: Digest, completing completed: inout [Digest]) {
        completed.removeAll(keepingCapacity: true)
        completed.append(leaf)
        var top = leaf
        for _ in 0..<(~size).trailingZeroBitCount {
            guard let left = nodes.popLast() else { break }
            top = MerkleTree.node(left, top)
            completed.append(top)
        }
        nodes.append(top)
        size += 1
    }

    package var root: Digest {
        guard var root = nodes.last else { return MerkleTree.emptyRoot }
        for node in nodes.dropLast().reversed() { root = MerkleTree.node(node, root) }
        return root
    }
}
