import OpenSSL
import Storage
import Wire

/// Makes runs of entries that come from elsewhere, each of them checked before it can be written.
///
/// The rules are those of a verification: the shape of every entry, its place in its chain and its stream, whole
/// commands of one moment each, moments that rise, keys and origins as the entries themselves tell. The tree is grown
/// from the entries' bytes, so that a signature over its root is one over all of them. What is sealed stays so: the
/// rows are those that the entry names, but for what is erased, and they are opened where the keys are.
struct ForeignRuns {
    private var pass = VerificationPass(keys: nil, Verification.Options())
    /// The right edge, with all entries that were admitted.
    private(set) var edge = CompactRange()
    /// The time of the last command.
    private(set) var recordedAt = Instant.earliest

    /// What was kept and not yet taken, and behind it the command under way.
    private var pending: [LedgerWriter.Prepared] = []
    private var keptCount = 0
    private var keptEdge = CompactRange()
    private var completed: [Digest] = []

    /// How much was kept and not yet taken.
    private(set) var keptBytes = 0
    private var pendingBytes = 0

    /// Whether a command ends here.
    var isWhole: Bool { !pass.commands.isOpen(at: edge.size) }

    /// Takes the next entry in.
    ///
    /// - Throws: `BackupFault.wrong` where it breaks a rule.
    mutating func admit(_ item: BackupBlock.Item) throws(BackupFault) {
        let (index, leaf) = (edge.size, MerkleTree.leaf(item.bytes))
        let entry: Entry
        do throws(Malformed) {
            entry = try Entry(decoding: item.bytes)
        } catch {
            throw .wrong(index: index, "\(error)")
        }
        let rows = item.segments.enumerated().filter { !$0.element.isEmpty }.map { ordinal, row in
            LedgerPage.SegmentRow(index: index, ordinal: ordinal, count: row.count, bytes: [])
        }
        pass.entry(index, item.bytes, entry.class, leaf, rows[...])
        try requireSound()
        edge.append(leaf, completing: &completed)
        recordedAt = entry.recordedAt
        pendingBytes += item.bytes.count + item.segments.reduce(0) { $0 + $1.count }
        pending.append(
            LedgerWriter.Prepared(
                entry: entry,
                bytes: item.bytes,
                leaf: leaf,
                hashes: completed.flatMap(\.bytes),
                segments: item.segments,
                fields: []
            )
        )
    }

    private func requireSound() throws(BackupFault) {
        guard let problem = pass.report.problems.first else { return }
        throw .wrong(index: problem.index, problem.what)
    }

    /// The command that ends here is to be written.
    mutating func acceptCommand() {
        (keptCount, keptEdge) = (pending.count, edge)
        keptBytes += pendingBytes
        pendingBytes = 0
    }

    /// The command that ends here was checked, and is not to be written; neither is anything after it.
    mutating func dropCommand() {
        pending.removeSubrange(keptCount...)
        pendingBytes = 0
    }

    /// What was kept since the last time; `nil` where nothing was.
    mutating func takeRun() -> Run? {
        guard keptCount > 0 else { return nil }
        let run = Run(
            first: keptEdge.size - UInt64(keptCount),
            size: keptEdge.size,
            root: keptEdge.root,
            entries: Array(pending[..<keptCount]),
            keys: [],
            answers: []
        )
        pending.removeSubrange(..<keptCount)
        (keptCount, keptBytes) = (0, 0)
        return run
    }

    /// Holds all entries that were admitted against the signature over them.
    func requireSigned(_ note: SignedNote, _ checkpoint: Checkpoint) throws(BackupFault) {
        guard isWhole else { throw .wrong(index: edge.size - 1, "the ledger ends inside a batch") }
        guard checkpoint.size == edge.size, checkpoint.root == edge.root else {
            throw .otherHistory("its entries do not have the root that was signed for them")
        }
        guard pass.life.origin(at: edge.size)?.bytesEqual(checkpoint.origin) ?? false,
            pass.life.verifiers(at: edge.size).contains(where: note.isSigned(by:))
        else { throw .otherHistory("its checkpoint is not signed by a key of the ledger that is in use at its size") }
    }

    /// What can be said only when all were seen.
    ///
    /// - Parameter size: how many of them were written.
    mutating func finish(_ tables: LedgerTables, size: UInt64) throws {
        pass.findRepeatedIdentifiers(in: tables, below: size)
        pass.segments.finish(&pass.report)
        if size == edge.size { try tables.environment.read { try pass.compareRuns(tables, $0) } }
        try requireSound()
    }
}
