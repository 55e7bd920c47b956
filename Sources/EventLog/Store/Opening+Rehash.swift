import OpenSSL
import Storage
import Wire

// The end of a ledger, hashed again from an edge that is vouched for.
extension Opening {
    /// The end of a ledger without an anchor, against its own stored edge: what a copy can be asked quickly.
    static func tail(_ tables: LedgerTables) throws -> CompactRange {
        try tables.environment.readAtLength { try rehashEnd(tables, read(tables, $0), $0).0 }
    }

    static func rehashEnd(
        _ tables: LedgerTables,
        _ state: State,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> (CompactRange, Instant, String) {
        let edge = try tables.range(at: state.size - min(state.size, UInt64(LedgerTables.linesPerPage)), reader)
        // The origin is not compared with anything: there is no signature here.
        let unsigned = Checkpoint(origin: state.identity.origin, size: edge.size, root: edge.root)
        return try rehash(tables, state.identity, from: unsigned, to: state.size, reader)
    }

    /// Checks the stored edge against the signed root, then every entry behind it against its stored hashes and heads.
    ///
    /// - Returns: the ledger's edge, the time of its last entry, and the name for its next checkpoint.
    static func rehash(
        _ tables: LedgerTables,
        _ identity: LedgerIdentity,
        from checkpoint: Checkpoint,
        to size: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> (CompactRange, Instant, String) {
        var range = try tables.range(at: checkpoint.size, reader)
        guard range.root == checkpoint.root else {
            throw LedgerFault.damaged(
                index: nil,
                "the first \(checkpoint.size) entries do not have the root that was signed for them"
            )
        }
        var heads: [[UInt8]: LedgerTables.Head] = [:]
        var batchEnds = true
        var origin = checkpoint.origin
        // The last entry is read in any case: its time is where the clock goes on.
        let start = min(checkpoint.size, size - 1)
        var last = Instant.earliest
        try tables.walk(start..<size, reader) { line in
            guard case .entry(let index, let bytes) = line else {
                // Retention removes only what a checkpoint covers.
                if line.index >= checkpoint.size {
                    throw LedgerFault.damaged(index: line.index, "the entry is missing")
                }
                return
            }
            let entry = try decoded(bytes, at: index)
            last = entry.recordedAt
            batchEnds = entry.batch.map { $0.position == $0.count } ?? true
            guard index >= checkpoint.size else { return }
            let leaf = MerkleTree.leaf(bytes)
            try requireStored(range.append(leaf), at: index, tables, reader)
            guard entry.index == index else {
                throw LedgerFault.damaged(index: index, "the entry says that its index is \(entry.index)")
            }
            if entry.type == OwnType.ledgerForked.rawValue { origin = identity.origin(afterForkAt: index) }
            heads[LedgerTables.chainKey(entry.chain, entry.class)] =
                LedgerTables.Head(sequence: entry.sequence, index: index, leaf: leaf)
        }
        guard range.size == size else { throw LedgerFault.damaged(index: range.size, "the entry is missing") }
        guard batchEnds else { throw LedgerFault.damaged(index: size - 1, "the ledger ends inside a batch") }
        for (key, head) in heads {
            guard try reader.get(tables.chains, key) == head.row else {
                throw LedgerFault.damaged(index: head.index, "the head of its chain is not this entry")
            }
        }
        return (range, last, origin)
    }

    static func requireStored(
        _ completed: [Digest],
        at index: UInt64,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        guard try reader.get(tables.hashes, BigEndian.bytes(index)) == completed.flatMap(\.bytes) else {
            throw LedgerFault.damaged(index: index, "the entry does not have the hash that was stored for it")
        }
    }
}
