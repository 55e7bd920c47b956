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
        // Beside a writer everything must be of one moment; the anchor's was before it.
        self = try tables.environment.readAtLength { try Opening(tables, hint: hint, note: note, $0) }
    }

    private init(
        _ tables: LedgerTables,
        hint: Anchor.HeadHint?,
        note: SignedNote?,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        let state = try Self.read(tables, reader)
        identity = state.identity
        checkpointKeys = state.keys
        guard let note else {
            throw LedgerFault.rolledBack(
                "the anchor has no checkpoint, but the ledger has \(state.size) entries; restore the anchor's folder"
            )
        }
        let checkpoint = try Self.trusted(note, state.identity, state.keys)
        anchored = checkpoint
        if state.size < checkpoint.size {
            throw LedgerFault.rolledBack(
                "the ledger has \(state.size) entries, but a checkpoint of \(checkpoint.size) was signed"
            )
        }
        if let hint, state.size < hint.size {
            throw LedgerFault.rolledBack("the ledger has \(state.size) entries, but \(hint.size) were acknowledged")
        }
        (range, lastRecordedAt) = try Self.rehash(tables, from: checkpoint, to: state.size, reader)
        if let hint {
            let root = try tables.range(at: hint.size, reader).root
            guard root == hint.root else {
                throw LedgerFault.rolledBack("the first \(hint.size) entries are not those that were acknowledged")
            }
        }
    }

    private static func read(
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> (size: UInt64, identity: LedgerIdentity, keys: CheckpointKeys) {
        let size = try tables.size(reader)
        guard size > 0, let genesis = try tables.entry(0, reader) else {
            throw LedgerFault.rolledBack("the ledger has no first entry")
        }
        let identity = try LedgerIdentity(genesis: try decoded(genesis, at: 0))
        return (size, identity, try CheckpointKeys(identity: identity, tables: tables, reader))
    }

    private static func trusted(
        _ note: SignedNote,
        _ identity: LedgerIdentity,
        _ keys: CheckpointKeys,
    ) throws -> Checkpoint {
        let checkpoint: Checkpoint
        do throws(Malformed) {
            checkpoint = try Checkpoint(text: note.text)
        } catch {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint: \(error)")
        }
        guard isName(checkpoint.origin, of: identity) else {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is of another ledger: \(checkpoint.origin)")
        }
        let verifiers = keys.verifiers(at: checkpoint.size)
            .map { VerifierKey(name: checkpoint.origin, publicKey: $0.publicKey) }
        guard verifiers.contains(where: note.isSigned(by:)) else {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is not signed by this ledger's key")
        }
        return checkpoint
    }

    /// The origin for ever, or after a fork at index m the origin, a slash and m.
    ///
    /// A fork keeps the keys.
    private static func isName(_ origin: String, of identity: LedgerIdentity) -> Bool {
        if origin.bytesEqual(identity.origin) { return true }
        let start = Array("\(identity.origin)/".utf8)
        let fork = origin.utf8.dropFirst(start.count)
        return origin.utf8.starts(with: start) && !fork.isEmpty && fork.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func decoded(_ bytes: [UInt8], at index: UInt64) throws -> Entry {
        do throws(Malformed) {
            return try Entry(decoding: bytes)
        } catch {
            throw LedgerFault.damaged(index: index, "\(error)")
        }
    }

    /// The end of a ledger without an anchor, against its own stored edge: what a copy can be asked quickly.
    static func tail(_ tables: LedgerTables) throws -> CompactRange {
        try tables.environment.readAtLength { reader in
            let (size, _, _) = try read(tables, reader)
            let edge = try tables.range(at: size - min(size, UInt64(LedgerTables.linesPerPage)), reader)
            // The origin is not compared with anything: there is no signature here.
            let unsigned = Checkpoint(origin: "", size: edge.size, root: edge.root)
            return try rehash(tables, from: unsigned, to: size, reader).0
        }
    }

    /// Checks the stored edge against the signed root, then every entry behind it against its stored hashes and heads.
    private static func rehash(
        _ tables: LedgerTables,
        from checkpoint: Checkpoint,
        to size: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> (CompactRange, Instant) {
        var range = try tables.range(at: checkpoint.size, reader)
        guard range.root == checkpoint.root else {
            throw LedgerFault.damaged(
                index: nil,
                "the first \(checkpoint.size) entries do not have the root that was signed for them"
            )
        }
        var heads: [[UInt8]: LedgerTables.Head] = [:]
        var batchEnds = true
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
        return (range, last)
    }

    private static func requireStored(
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
