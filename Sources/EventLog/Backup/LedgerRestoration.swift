package import OpenSSL
import Storage
package import Wire

/// Builds the tables of a ledger from a whole backup and the increments behind it.
///
/// Everything in the files is checked, what is not to be written too, for a signature speaks of all before it. Entries
/// that two files have in common are compared. The tables are worth nothing before `finish` has returned.
package struct LedgerRestoration {
    /// So much goes into one commit, but for a command that is larger.
    private static let runBytes = 4 << 20

    private let tables: LedgerTables
    /// Whether a command is among those that are wanted, by its last index and its time.
    private let isWanted: (_ last: UInt64, _ recordedAt: Instant) -> Bool
    private var runs = ForeignRuns()
    private var isCut = false
    /// Of the last file that was added.
    private var newest: BackupHeader?
    private var written: UInt64 = 0
    private var root = MerkleTree.emptyRoot

    /// - Parameter tables: of an empty ledger.
    package init(
        into tables: LedgerTables,
        isWanted: @escaping (_ last: UInt64, _ recordedAt: Instant) -> Bool = { _, _ in true },
    ) {
        self.tables = tables
        self.isWanted = isWanted
    }

    /// Takes the next file in.
    ///
    /// - Parameter read: gives so many of its bytes, fewer only at its end.
    /// - Throws: `BackupFault` where it is not what it says, or does not follow the files before it.
    package mutating func add(_ read: @escaping (_ count: Int) throws -> [UInt8]) throws {
        var reader = try BackupReader(read)
        try requireNext(reader.header)
        while let block = try reader.next() {
            if block.first == runs.edge.size, block.edge != runs.edge {
                throw BackupFault.otherHistory(
                    "the entries before entry \(block.first) are others than in the files before it"
                )
            }
            for (index, item) in zip(block.first..., block.items) {
                if index < runs.edge.size { try compare(item, at: index) } else { try admit(item) }
            }
            if runs.keptBytes >= Self.runBytes { try write() }
        }
        try write()
        try runs.requireSigned(reader.header.note, reader.header.checkpoint)
        newest = reader.header
    }

    private func requireNext(_ header: BackupHeader) throws(BackupFault) {
        if let newest, newest.ledger != header.ledger { throw .otherLedger }
        let due = runs.edge.size
        guard header.first <= due else { throw .gap(due: due, first: header.first) }
        guard header.size >= due else { throw .order(size: header.size, before: due) }
    }

    /// What lies behind the cut is in no table: of that the root tells, at the end of the file.
    private func compare(_ item: BackupBlock.Item, at index: UInt64) throws {
        guard index < written else { return }
        let leaf = try tables.environment.read { try tables.hash(level: 0, index, $0) }
        guard MerkleTree.leaf(item.bytes) == leaf else {
            throw BackupFault.otherHistory("its entry \(index) is another than in the files before it")
        }
    }

    private mutating func admit(_ item: BackupBlock.Item) throws(BackupFault) {
        try runs.admit(item)
        guard runs.isWhole else { return }
        if !isCut, isWanted(runs.edge.size - 1, runs.recordedAt) {
            runs.acceptCommand()
        } else {
            isCut = true
            runs.dropCommand()
        }
    }

    private mutating func write() throws {
        guard let run = runs.takeRun() else { return }
        do {
            try tables.write(run)
        } catch let fault as StorageError where fault.kind == .mapFull {
            try tables.environment.grow(toBytes: tables.environment.mapBytes * 2)
            try tables.write(run)
        }
        (written, root) = (run.size, run.root)
        CrashPoint.restoreWritten.pass()
    }

    /// What was built.
    package struct Restored: Sendable {
        /// How many entries there are.
        package let size: UInt64
        package let root: Digest
        package let identity: LedgerIdentity
        /// Of the last file: the signature over all entries in the files, and who might move the anchor.
        package let newest: BackupHeader
    }

    /// - Throws: `BackupFault` where nothing is left of it, or what can be seen only at the end is wrong.
    package mutating func finish() throws -> Restored {
        guard let newest else { throw BackupFault.foreign }
        guard written > 0, let genesis = try tables.environment.read({ try tables.entry(0, $0) }) else {
            throw BackupFault.nothingLeft
        }
        try runs.finish(tables, size: written)
        let identity = try LedgerIdentity(genesis: Entry(decoding: genesis))
        guard identity.id == newest.ledger else { throw BackupFault.otherLedger }
        return Restored(size: written, root: root, identity: identity, newest: newest)
    }
}
