package import OpenSSL

/// That an entry is in a tree: the path from its leaf to the root (RFC 6962 §2.1.1).
package struct InclusionProof: Sendable, Equatable {
    package let index: UInt64
    package let size: UInt64
    package let path: [Digest]

    package init(index: UInt64, size: UInt64, path: [Digest]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Builds the path from stored subtree hashes.
    ///
    /// - Parameter hash: the root of the perfect subtree `(level, n)`: leaves `n·2^level ..< (n+1)·2^level`.
    package init(
        of index: UInt64,
        in size: UInt64,
        hash: (_ level: Int, _ n: UInt64) throws -> Digest,
    ) rethrows {
        precondition(index < size, "only a tree that holds the entry can prove it")
        var path: [Digest] = []
        var (start, end) = (UInt64(0), size)
        while end - start > 1 {
            let split = start + Subtree.split(end - start)
            if index < split {
                path.append(try Subtree.root(split, end, hash))
                end = split
            } else {
                path.append(try Subtree.root(start, split, hash))
                start = split
            }
        }
        self.init(index: index, size: size, path: path.reversed())
    }

    /// The root that the path leads to, or `nil` when its length is not exactly the one this place needs.
    package func root(from leaf: Digest) -> Digest? {
        guard index < size else { return nil }
        var (node, last, hash) = (index, size - 1, leaf)
        var rest = path[...]
        while last > 0 {
            if node & 1 == 1 {
                guard let left = rest.popFirst() else { return nil }
                hash = MerkleTree.node(left, hash)
            } else if node < last {
                guard let right = rest.popFirst() else { return nil }
                hash = MerkleTree.node(hash, right)
            }
            node >>= 1
            last >>= 1
        }
        return rest.isEmpty ? hash : nil
    }

    package func proves(_ leaf: Digest, root: Digest) -> Bool { self.root(from: leaf) == root }
}

/// Roots of ranges of leaves, from the stored hashes of perfect subtrees.
enum Subtree {
    /// The largest power of two that is smaller than the count (RFC 6962 §2.1).
    static func split(_ count: UInt64) -> UInt64 {
        precondition(count > 1, "a single leaf is not split")
        return 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }

    static func root(
        _ start: UInt64,
        _ end: UInt64,
        _ hash: (_ level: Int, _ n: UInt64) throws -> Digest,
    ) rethrows -> Digest {
        let count = end - start
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try hash(level, start >> UInt64(level))
        }
        let middle = start + split(count)
        return MerkleTree.node(try root(start, middle, hash), try root(middle, end, hash))
    }
}
