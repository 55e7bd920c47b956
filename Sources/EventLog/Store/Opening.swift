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
    /// The same as it was signed.
    package let note: SignedNote?

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
        let checkpoint = try Self.trusted(note, state, tables, reader)
        anchored = checkpoint
        self.note = note
        try Self.requireNothingLost(checkpoint, hint, state, tables, reader)
        try Self.requireSameHistory(checkpoint, state, tables, reader)
        try Self.requireFork(of: checkpoint, state, tables, reader)
        (range, lastRecordedAt, origin) = try Self.rehash(
            tables,
            state.identity,
            from: checkpoint,
            to: state.size,
            reader
        )
        try Self.requireNothingBehind(state.size, tables, reader)
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

    /// A ledger that lacks what its anchor knows of, and that was verified from its first entry: for the fork that
    /// gives the rest up.
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
        note = nil
        self.origin = origin
        (range, lastRecordedAt, _) = end
    }

    /// An entry that the tree does not have was put there by nobody who can append.
    private static func requireNothingBehind(
        _ size: UInt64,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        for table in [tables.state, tables.activity] {
            guard let last = try reader.last(table)?.key, last.count == 8, BigEndian.value(last) >= size else {
                continue
            }
            throw LedgerFault.damaged(index: BigEndian.value(last), "an entry stands here that the tree does not have")
        }
    }

    /// What is read of a ledger before it is compared with anything.
    struct State {
        let size: UInt64
        let root: Digest
        let identity: LedgerIdentity
        let keys: CheckpointKeys
    }

    static func read(
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

    static func decoded(_ bytes: [UInt8], at index: UInt64) throws -> Entry {
        do throws(Malformed) {
            return try Entry(decoding: bytes)
        } catch {
            throw LedgerFault.damaged(index: index, "\(error)")
        }
    }
}
