import EventLog
import OpenSSL
import Testing

/// The tree of RFC 6962, its proofs, and every way to spoil them.
struct MerkleTreeTests {
    /// All stored hashes of a tree, as proofs ask for them.
    struct Grown {
        var range = CompactRange()
        var hashes: [[Digest]] = []

        init(_ leaves: [Digest]) {
            for leaf in leaves { hashes.append(range.append(leaf)) }
        }

        func hash(_ level: Int, _ n: UInt64) -> Digest { hashes[Int((n + 1) << UInt64(level)) - 1][level] }
    }

    static func leafHashes() throws -> [Digest] {
        try MerkleVectors.leaves.map { MerkleTree.leaf(try [UInt8](hex: $0)) }
    }

    @Test func `leaves and roots are those of the reference implementation`() throws {
        let leaves = try Self.leafHashes()
        #expect(try leaves == MerkleVectors.leafHashes.map { try Digest(hex: $0) })
        for (size, root) in MerkleVectors.roots.enumerated() {
            #expect(try MerkleTree.root(of: Array(leaves.prefix(size))) == Digest(hex: root), "size \(size)")
        }
        #expect(try MerkleTree.emptyRoot == Digest(hex: MerkleVectors.roots[0]))
    }

    @Test func `roots of long trees agree`() throws {
        var range = CompactRange()
        for (size, root) in MerkleVectors.longRoots {
            while range.size < size { range.append(MerkleTree.leaf(Array("leaf \(range.size)".utf8))) }
            #expect(try range.root == Digest(hex: root), "size \(size)")
        }
    }

    @Test func `a leaf completes one hash for each trailing one of its index, and one`() {
        var range = CompactRange()
        for index in 0..<100 as Range<UInt64> {
            let completed = range.append(MerkleTree.leaf([UInt8(index)]))
            #expect(completed.count == 1 + (~index).trailingZeroBitCount)
            #expect(range.nodes.count == range.size.nonzeroBitCount)
        }
    }

    @Test(arguments: MerkleVectors.inclusion.indices)
    func `inclusion paths agree, and lead to the root`(_ number: Int) throws {
        let known = MerkleVectors.inclusion[number]
        let leaves = try Self.leafHashes()
        let tree = Grown(leaves)
        let proof = InclusionProof(of: known.first, in: known.second, hash: tree.hash)
        #expect(try proof.path == known.hashes.map { try Digest(hex: $0) })
        let leaf = leaves[Int(known.first)]
        #expect(proof.proves(leaf, root: try Digest(hex: MerkleVectors.roots[Int(known.second)])))
    }

    @Test(arguments: MerkleVectors.consistency.indices)
    func `consistency paths agree, and lead from root to root`(_ number: Int) throws {
        let known = MerkleVectors.consistency[number]
        let tree = Grown(try Self.leafHashes())
        let proof = ConsistencyProof(from: known.first, to: known.second, hash: tree.hash)
        #expect(try proof.path == known.hashes.map { try Digest(hex: $0) })
        let (first, second) = try (
            Digest(hex: MerkleVectors.roots[Int(known.first)]), Digest(hex: MerkleVectors.roots[Int(known.second)])
        )
        #expect(proof.proves(first, second))
    }

    /// Paths that differ from a good one by one hash more, less, altered or moved.
    static func spoiled(_ path: [Digest]) -> [[Digest]] {
        var spoiled = [path + [.zero], [.zero] + path]
        for place in path.indices {
            var shorter = path
            shorter.remove(at: place)
            var altered = path
            altered[place] = path[place].altered
            var doubled = path
            doubled.insert(path[place], at: place)
            spoiled += [shorter, altered, doubled]
            if place > 0 {
                var swapped = path
                swapped.swapAt(place, place - 1)
                spoiled.append(swapped)
            }
        }
        return spoiled
    }

    @Test(arguments: 1...33 as ClosedRange<UInt64>)
    func `an inclusion proof that is shortened, lengthened or altered proves nothing`(size: UInt64) {
        let leaves = (0..<size).map { MerkleTree.leaf(Array("leaf \($0)".utf8)) }
        let tree = Grown(leaves)
        for index in 0..<size {
            let proof = InclusionProof(of: index, in: size, hash: tree.hash)
            let (leaf, root) = (leaves[Int(index)], tree.range.root)
            #expect(proof.proves(leaf, root: root))
            #expect(!proof.proves(leaf.altered, root: root))
            #expect(!proof.proves(leaf, root: root.altered))
            for path in Self.spoiled(proof.path) {
                #expect(
                    !InclusionProof(index: index, size: size, path: path).proves(leaf, root: root),
                    "entry \(index)"
                )
            }
            for other in 0...(size + 1) where other != index {
                #expect(!InclusionProof(index: other, size: size, path: proof.path).proves(leaf, root: root))
            }
        }
    }

    @Test(arguments: 1...33 as ClosedRange<UInt64>)
    func `a consistency proof that is shortened, lengthened or altered proves nothing`(second: UInt64) {
        let leaves = (0..<second).map { MerkleTree.leaf(Array("leaf \($0)".utf8)) }
        let tree = Grown(leaves)
        for first in 1...second {
            let proof = ConsistencyProof(from: first, to: second, hash: tree.hash)
            let (old, new) = (MerkleTree.root(of: Array(leaves.prefix(Int(first)))), tree.range.root)
            #expect(proof.proves(old, new))
            #expect(!proof.proves(old.altered, new))
            #expect(!proof.proves(old, new.altered))
            for path in Self.spoiled(proof.path) {
                #expect(!ConsistencyProof(first: first, second: second, path: path).proves(old, new), "from \(first)")
            }
        }
    }
}
