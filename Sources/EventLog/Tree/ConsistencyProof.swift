package import OpenSSL

/// That a tree is the beginning of a larger one (RFC 6962 §2.1.2).
package struct ConsistencyProof: Sendable, Equatable {
    package let first: UInt64
    package let second: UInt64
    package let path: [Digest]

    package init(first: UInt64, second: UInt64, path: [Digest]) {
        self.first = first
        self.second = second
        self.path = path
    }

    package init(
        from first: UInt64,
        to second: UInt64,
        hash: (_ level: Int, _ n: UInt64) throws -> Digest,
    ) rethrows {
        precondition(0 < first && first <= second, "a proof leads from a tree with leaves to one that is no smaller")
        var path: [Digest] = []
        var (start, end, whole) = (UInt64(0), second, true)
        // RFC 6962 §2.1.2, SUBPROOF(m, D[n], b), from the root downwards.
        while first - start != end - start {
            let split = start + Subtree.split(end - start)
            if first <= split {
                path.append(try Subtree.root(split, end, hash))
                end = split
            } else {
                path.append(try Subtree.root(start, split, hash))
                start = split
                whole = false
            }
        }
        if !whole { path.append(try Subtree.root(start, end, hash)) }
        self.init(first: first, second: second, path: path.reversed())
    }

    /// Whether the path leads from one root to the other (RFC 9162 §2.1.4.2).
    package func proves(_ firstRoot: Digest, _ secondRoot: Digest) -> Bool {
        guard first > 0, first <= second else { return false }
        if first == second { return path.isEmpty && firstRoot == secondRoot }
        var rest = path[...]
        if first.nonzeroBitCount == 1 { rest = [firstRoot] + rest }
        guard let start = rest.popFirst() else { return false }
        var (node, last) = (first - 1, second - 1)
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var (old, new) = (start, start)
        for hash in rest {
            if last == 0 { return false }
            if node & 1 == 1 || node == last {
                old = MerkleTree.node(hash, old)
                new = MerkleTree.node(hash, new)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = MerkleTree.node(new, hash)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && old == firstRoot && new == secondRoot
    }
}
