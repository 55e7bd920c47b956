import OpenSSL
import Storage
package import Wire

/// The rules by which a ledger that was left behind, cleanly or not, is trusted again.
///
/// What was acknowledged is compared with what is there: with the anchor's signed checkpoint, with the head hint, and
/// entry by entry from the checkpoint on. Anything missing is refused and named, never repaired silently.
package struct Opening: Sendable {
    package let identity: LedgerIdentity
    package let range: CompactRange
    package let lastRecordedAt: Instant
    package let checkpointKeys: CheckpointKeys
    /// The anchor's checkpoint, when one was kept.
    package let anchored: Checkpoint?

    package init(tables: LedgerTables, anchor: Anchor) throws {
        let hint = try anchor.head()
        let note = try anchor.checkpoint()
        let state = try tables.environment.read { reader in
            try Self.read(tables, reader)
        }
        identity = state.identity
        checkpointKeys = state.keys
        guard let note else {
            throw LedgerFault.rolledBack(
                "the anchor has no checkpoint, but the ledger has \(state.size) entries; restore the anchor's folder")
        }
        let checkpoint = try Self.trusted(note, keys: state.keys)
        anchored = checkpoint
        if state.size < checkpoint.size {
            throw LedgerFault.rolledBack(
                "the ledger has \(state.size) entries, but a checkpoint of \(checkpoint.size) was signed")
        }
        if let hint, state.size < hint.size {
            throw LedgerFault.rolledBack("the ledger has \(state.size) entries, but \(hint.size) were acknowledged")
        }
        (range, lastRecordedAt) = try Self.rehash(tables, from: checkpoint, to: state.size)
        if let hint {
            let root = try tables.environment.read { try tables.range(at: hint.size, $0).root }
            guard root == hint.root else {
                throw LedgerFault.rolledBack("the first \(hint.size) entries are not those that were acknowledged")
            }
        }
    }

    private static func read(
        _ tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> (size: UInt64, identity: LedgerIdentity, keys: CheckpointKeys) {
        let size = try tables.size(reader)
        guard let genesis = try tables.entry(0, reader) else {
            throw LedgerFault.rolledBack("the ledger has no first entry")
        }
        let identity = try LedgerIdentity(genesis: try Entry(decoding: genesis))
        return (size, identity, try CheckpointKeys(identity: identity, tables: tables, reader))
    }

    private static func trusted(_ note: SignedNote, keys: CheckpointKeys) throws -> Checkpoint {
        guard keys.verifiers.contains(where: note.isSigned(by:)) else {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is not signed by this ledger's key")
        }
        let checkpoint = try Checkpoint(text: note.text)
        guard keys.verifiers.contains(where: { $0.name.bytesEqual(checkpoint.origin) }) else {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is of another ledger: \(checkpoint.origin)")
        }
        return checkpoint
    }

    /// Checks the stored edge against the signed root, then every entry behind it against its stored hashes and heads.
    private static func rehash(
        _ tables: LedgerTables, from checkpoint: Checkpoint, to size: UInt64,
    ) throws -> (CompactRange, Instant) {
        var range = try tables.environment.read { try tables.range(at: checkpoint.size, $0) }
        guard range.root == checkpoint.root else {
            throw LedgerFault.damaged(
                index: nil, "the first \(checkpoint.size) entries do not have the root that was signed for them")
        }
        var heads: [[UInt8]: LedgerTables.Head] = [:]
        var batchEnds = true
        // The last entry is read in any case: its time is where the clock goes on.
        let start = min(checkpoint.size, size - 1)
        var last = Instant.earliest
        try tables.walk(start..<size) { line in
            guard case .entry(let index, let bytes) = line else { return }
            let entry = try Entry(decoding: bytes)
            last = entry.recordedAt
            batchEnds = entry.batch.map { $0.position == $0.count } ?? true
            guard index >= checkpoint.size else { return }
            let leaf = MerkleTree.leaf(bytes)
            try requireStored(range.append(leaf), at: index, tables)
            heads[LedgerTables.chainKey(entry.chain, entry.class)] =
                LedgerTables.Head(sequence: entry.sequence, index: index, leaf: leaf)
        }
        guard range.size == size else { throw LedgerFault.damaged(index: range.size, "the entry is missing") }
        guard batchEnds else { throw LedgerFault.damaged(index: size - 1, "the ledger ends inside a batch") }
        for (key, head) in heads {
            guard try tables.environment.read({ try $0.get(tables.chains, key) }) == head.row else {
                throw LedgerFault.damaged(index: head.index, "the head of its chain is not this entry")
            }
        }
        return (range, last)
    }

    private static func requireStored(_ completed: [Digest], at index: UInt64, _ tables: LedgerTables) throws {
        let stored = try tables.environment.read { try $0.get(tables.hashes, BigEndian.bytes(index)) }
        guard stored == completed.flatMap(\.bytes) else {
            throw LedgerFault.damaged(index: index, "the entry does not have the hash that was stored for it")
        }
    }
}
