import OpenSSL
import Wire

/// The heads of all chains, each class apart, as the entries read so far make them.
struct ChainBook {
    struct Head {
        var sequence: UInt64
        var index: UInt64
        var leaf: Digest
    }

    /// By chain number: state at twice the number, activity behind it.
    private(set) var heads: [Head?] = []
    /// Chains of which an activity entry was met that retention did not remove.
    private var keepsActivity: [Bool] = []

    static func place(_ chain: Int, _ class: Entry.Class) -> Int {
        switch `class` {
        case .state: 2 * chain
        case .activity: 2 * chain + 1
        }
    }

    func head(_ chain: Int, _ class: Entry.Class) -> Head? {
        let place = Self.place(chain, `class`)
        return place < heads.count ? heads[place] : nil
    }

    func keepsActivity(_ chain: Int) -> Bool { chain < keepsActivity.count && keepsActivity[chain] }

    /// Moves a head on.
    ///
    /// - Returns: what is wrong with the entry's place, if anything.
    mutating func admit(
        _ chain: Int,
        _ class: Entry.Class,
        sequence: UInt64,
        previous: Digest?,
        index: UInt64,
        leaf: Digest,
    ) -> String? {
        let place = Self.place(chain, `class`)
        addPlaces(upTo: chain)
        let head = heads[place]
        heads[place] = Head(sequence: sequence, index: index, leaf: leaf)
        if `class` == .activity { keepsActivity[chain] = true }
        let due = head.map { $0.sequence + 1 } ?? 0
        guard sequence == due else { return "its sequence is \(sequence) where \(due) is due in its chain" }
        guard previous == head?.leaf else {
            return "previous is not the leaf of entry \(head?.index ?? 0), the last one of its chain"
        }
        return nil
    }

    /// Moves the head of a chain's activity over an entry that was removed.
    ///
    /// - Returns: its sequence.
    mutating func admitRemoved(_ chain: Int, index: UInt64, leaf: Digest) -> UInt64 {
        addPlaces(upTo: chain)
        let place = Self.place(chain, .activity)
        let sequence = heads[place].map { $0.sequence + 1 } ?? 0
        heads[place] = Head(sequence: sequence, index: index, leaf: leaf)
        return sequence
    }

    private mutating func addPlaces(upTo chain: Int) {
        while keepsActivity.count <= chain {
            heads.append(nil)
            heads.append(nil)
            keepsActivity.append(false)
        }
    }

    /// The number of heads, and the root over their lines as `chains.attested` has it.
    func attestation(_ names: NameTable) -> (count: Int, root: Digest) {
        var lines: [[UInt8]] = []
        for (place, head) in heads.enumerated() {
            guard let head else { continue }
            let name = place.isMultiple(of: 2) ? Entry.Class.state : .activity
            lines.append(
                Array(
                    "\(names.text(of: place / 2))\n\(name.rawValue)\n\(head.sequence)\n\(Base64URL.encode(head.leaf.bytes))\n"
                        .utf8
                )
            )
        }
        lines.sort { $0.lexicographicallyPrecedes($1) }
        return (lines.count, MerkleTree.root(of: lines.map(MerkleTree.leaf)))
    }
}
