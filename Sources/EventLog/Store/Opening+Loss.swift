import OpenSSL
import Storage
import Wire

// What was acknowledged, compared with what is there: anything missing is named, with what is known of it.
extension Opening {
    static func requireNothingLost(
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

    /// An older copy that was written on is as long as what was signed, or longer, and has another root there.
    ///
    /// Damage gives another root as well. What was written is whole in itself, so every entry is compared with what is
    /// stored of it: the first that differs is named, and only where none does is it another history, which a fork can
    /// go on with.
    static func requireSameHistory(
        _ checkpoint: Checkpoint,
        _ state: State,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        guard try tables.range(at: checkpoint.size, reader).root != checkpoint.root else { return }
        var range = CompactRange()
        try tables.walk(0..<checkpoint.size, reader) { line in
            // Of what retention removed its hash is left.
            let leaf =
                switch line {
                case .entry(_, let bytes): MerkleTree.leaf(bytes)
                case .removed(let index): try tables.hash(level: 0, index, reader)
                }
            try requireStored(range.append(leaf), at: line.index, tables, reader)
        }
        throw LedgerFault.rolledBack(
            "the ledger has \(state.size) entries, but the first \(checkpoint.size) are not those that a checkpoint was signed"
                + " for: an older copy was written on",
            lost: LostHistory(size: checkpoint.size, root: checkpoint.root)
        )
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
    static func requireFork(
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

    static func trusted(
        _ note: SignedNote,
        _ state: State,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Checkpoint {
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
            let isByOurKey = note.signatures.contains { line in
                verifiers.contains { $0.name.bytesEqual(line.name) && $0.id == line.keyID }
            }
            // An older copy that was written on lacks the entry that brought the key. Whoever can write the anchor can
            // forge this, and no more than with one that is longer than the ledger: a fork removes nothing.
            if !isByOurKey { try requireSameHistory(checkpoint, state, tables, reader) }
            throw LedgerFault.damaged(index: nil, "the anchor's checkpoint is not signed by this ledger's key")
        }
        // The entry that brought the key is among those that are missing, or the checkpoint is not ours.
        throw LedgerFault.rolledBack(
            "the ledger has \(state.size) entries, but the anchor's checkpoint is of \(checkpoint.size), signed by a key that"
                + " the ledger does not know",
            lost: LostHistory(size: checkpoint.size, root: checkpoint.root)
        )
    }
}
