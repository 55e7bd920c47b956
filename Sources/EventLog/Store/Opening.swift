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
    /// The name under which checkpoints are signed from here on: genesis' own, or that of the last fork.
    package let origin: String
    /// The anchor's checkpoint, when one was kept.
    package let anchored: Checkpoint?

    package init(tables: LedgerTables, anchor: Anchor) throws {
        let hint = try anchor.head()
        let note = try anchor.checkpoint()
        // Beside a writer everything must be of one moment; the anchor's was before it.
        self = try tables.environment.readAtLength { try Opening(tables, hint: hint, note: note, anchor.place, $0) }
    }

    private init(
        _ tables: LedgerTables,
        hint: Anchor.HeadHint?,
        note: SignedNote?,
        _ place: String,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        let state = try Self.read(tables, reader)
        identity = state.identity
        checkpointKeys = state.keys
        guard let note else {
            throw LedgerFault.rolledBack(
                "the anchor has no checkpoint, but the ledger has \(state.size) entries; is \(place), its folder, mounted, and is"
                    + " it the one that --anchor should name?",
                lost: LostHistory(size: state.size, root: state.root)
            )
        }
        let checkpoint = try Self.trusted(note, state)
        anchored = checkpoint
        try Self.requireNothingLost(checkpoint, hint, state, tables, reader)
        try Self.requireFork(of: checkpoint, state, tables, reader)
        (range, lastRecordedAt, origin) = try Self.rehash(
            tables,
            state.identity,
            from: checkpoint,
            to: state.size,
            reader
        )
        if let hint {
            let root = try tables.range(at: hint.size, reader).root
            guard root == hint.root else {
                throw LedgerFault.rolledBack(
                    "the first \(hint.size) entries are not those that were acknowledged",
                    lost: LostHistory(size: hint.size, root: hint.root)
                )
            }
        }
    }

    /// A ledger that lacks what its anchor knows of, and that was verified from its first entry: for the fork that gives
    /// the rest up.
    ///
    /// - Parameter origin: the name in force, as that verification found it.
    package init(forking tables: LedgerTables, origin: String) throws {
        let (state, end) = try tables.environment.readAtLength { reader in
            let state = try Self.read(tables, reader)
            return (state, try Self.rehashEnd(tables, state, reader))
        }
        identity = state.identity
        checkpointKeys = state.keys
        anchored = nil
        self.origin = origin
        (range, lastRecordedAt, _) = end
    }

    /// What is read of a ledger before it is compared with anything.
    private struct State {
        let size: UInt64
        let root: Digest
        let identity: LedgerIdentity
        let keys: CheckpointKeys
    }

    private static func read(
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> State {
        let size = try tables.size(reader)
        guard size > 0, let genesis = try tables.entry(0, reader) else {
            throw LedgerFault.rolledBack("the ledger has no first entry")
        }
        let identity = try LedgerIdentity(genesis: try decoded(genesis, at: 0))
        return State(
            size: size,
            root: try tables.range(at: size, reader).root,
            identity: identity,
            keys: try CheckpointKeys(identity: identity, tables: tables, reader)
        )
    }

    private static func requireNothingLost(
        _ checkpoint: Checkpoint,
        _ hint: Anchor.HeadHint?,
        _ state: State,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        let signed = LostHistory(size: checkpoint.size, root: checkpoint.root)
        if state.size < checkpoint.size {
            let further = hint.map { $0.size > checkpoint.size ? ", and \($0.size) were acknowledged" : "" } ?? ""
            throw LedgerFault.rolledBack(
                "the ledger has \(state.size) entries, but a checkpoint of \(checkpoint.size) was signed\(further)",
                lost: signed
            )
        }
        if try isForkUnfinished(checkpoint, state, tables, reader) {
            throw LedgerFault.rolledBack(
                "a fork was begun in entry \(state.size - 1), but the last checkpoint is still of \(checkpoint.size) entries"
                    + " that were given up",
                lost: signed
            )
        }
        if let hint, state.size < hint.size {
            throw LedgerFault.rolledBack(
                "the ledger has \(state.size) entries, but \(hint.size) were acknowledged",
                lost: LostHistory(size: hint.size, root: hint.root)
            )
        }
    }

    /// A fork ends when its own checkpoint is in the anchor: a process may end before.
    private static func isForkUnfinished(
        _ checkpoint: Checkpoint,
        _ state: State,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Bool {
        let last = state.size - 1
        guard try isFork(last, tables, reader), state.identity.fork(named: checkpoint.origin) != last else {
            return false
        }
        return try tables.range(at: checkpoint.size, reader).root != checkpoint.root
    }

    /// A checkpoint that is named by a fork has that fork among its entries.
    private static func requireFork(
        of checkpoint: Checkpoint,
        _ state: State,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        guard let fork = state.identity.fork(named: checkpoint.origin) else { return }
        guard fork < checkpoint.size, try isFork(fork, tables, reader) else {
            throw LedgerFault.damaged(
                index: nil,
                "the anchor's checkpoint is named by a fork that is not in the ledger: \(checkpoint.origin)"
            )
        }
    }

    private static func isFork(
        _ index: UInt64,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Bool {
        guard let bytes = try tables.entry(index, reader) else { return false }
        return try decoded(bytes, at: index).type == OwnType.ledgerForked.rawValue
    }

    private static func trusted(_ note: SignedNote, _ state: State) throws -> Checkpoint {
        let checkpoint: Checkpoint
        do throws(Malformed) {
            checkpoint = try Checkpoint(text: note.text)
        } catch {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint: \(error)")
        }
        let isNamed =
            checkpoint.origin.bytesEqual(state.identity.origin) || state.identity.fork(named: checkpoint.origin) != nil
        guard isNamed else {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is of another ledger: \(checkpoint.origin)")
        }
        // A fork keeps the keys and renames them.
        let verifiers = state.keys.verifiers(at: checkpoint.size)
            .map { VerifierKey(name: checkpoint.origin, publicKey: $0.publicKey) }
        if verifiers.contains(where: note.isSigned(by:)) { return checkpoint }
        guard state.size < checkpoint.size else {
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is not signed by this ledger's key")
        }
        // The entry that brought the key is among those that are missing, or the checkpoint is not ours.
        throw LedgerFault.rolledBack(
            "the ledger has \(state.size) entries, but the anchor's checkpoint is of \(checkpoint.size), signed by a key that"
                + " the ledger does not know",
            lost: LostHistory(size: checkpoint.size, root: checkpoint.root)
        )
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
        try tables.environment.readAtLength { try rehashEnd(tables, read(tables, $0), $0).0 }
    }

    private static func rehashEnd(
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
    private static func rehash(
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
