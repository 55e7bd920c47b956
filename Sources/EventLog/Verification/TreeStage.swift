import OpenSSL
import Storage
import Wire

/// A page of the ledger with its leaves hashed and the tree's rows compared.
struct HashedPage {
    /// What comes next in the ledger.
    enum Step {
        /// An entry, or what is left of one.
        case line(index: UInt64, leaf: Digest, fault: String?)
        /// Indexes that no table knows.
        case gap(from: UInt64, to: UInt64)
    }

    let page: LedgerPage
    var steps: [Step] = []
    /// What is wrong with the page as a whole.
    var faults: [String] = []
    /// The `retention.applied` entries that removed entries of this page name; they stand later in the ledger.
    var runs: [RetentionBook.Run] = []
}

/// The first half of verification: reads pages, hashes what they hold, and grows the tree from it.
///
/// It knows bytes and no entries, so it can run ahead of the half that judges.
struct TreeStage {
    let tables: LedgerTables
    let copiesSegments: Bool
    /// The sizes at which the root is asked for later, and the roots found there.
    let marks: [UInt64]
    private(set) var roots: [UInt64: Digest] = [:]
    private(set) var tree = VerifiedTree()
    /// The index to be read next.
    private(set) var position: UInt64 = 0
    private var knownRuns: Set<UInt64> = []

    init(_ tables: LedgerTables, marks: [UInt64], copiesSegments: Bool) {
        self.tables = tables
        self.marks = marks
        self.copiesSegments = copiesSegments
        if marks.contains(0) { roots[0] = MerkleTree.emptyRoot }
    }

    /// Reads the next page, driven by the rows of the tree, each of which is compared where it lies.
    mutating func read(_ reader: borrowing some TableReader & ~Copyable) throws -> HashedPage {
        let page = try LedgerPage(tables, from: position, copiesSegments: copiesSegments, reader)
        var hashed = HashedPage(page: page, faults: page.misfits, runs: try runs(page, reader))
        hashed.steps.reserveCapacity(page.rows.count)
        let none: [UInt8] = []
        try reader.scan(tables.hashes, from: BigEndian.bytes(position)) { key, row in
            guard key.count == 8 else {
                hashed.faults.append("the table hashes has a row under a key that is no index")
                return true
            }
            let index = BigEndian.value(key)
            guard index >= position else {
                hashed.faults.append("the rows of the table hashes are not in order")
                return true
            }
            guard index < page.stop else { return false }
            skipGap(to: index, &hashed)
            while position < index { line(&hashed, row: none.span) }
            line(&hashed, row: row)
            return true
        }
        while position < page.endOfRows { line(&hashed, row: none.span) }
        if let next = page.next { skipGap(to: next, &hashed) }
        return hashed
    }

    /// Passes over indexes that no table knows, all at once.
    private mutating func skipGap(to index: UInt64, _ hashed: inout HashedPage) {
        guard position < index else { return }
        let page = hashed.page
        let unknown = position..<max(position, min(index, page.stop))
        guard unknown.allSatisfy({ page[$0].isEmpty }) else { return }
        hashed.steps.append(.gap(from: position, to: index))
        tree.skip(to: index)
        position = index
    }

    private mutating func line(_ hashed: inout HashedPage, row: Span<UInt8>) {
        let index = position
        let stored = row.count >= Digest.count ? Digest(row.extracting(0..<Digest.count)) : nil
        let place = hashed.page[index]
        var leaf = stored ?? .zero
        var fault: String?
        if place.isEmpty {
            fault = "the entry is missing"
        } else if let bytes = place.entry {
            leaf = SHA256Hash.hash(prefix: 0x00, bytes.span)
            if let stored, stored != leaf { fault = "the entry does not have the hash that was stored for it" }
        }
        let isSound = fault == nil
        if !tree.append(leaf, isSound: isSound, stored: row), isSound {
            fault = row.isEmpty ? "the entry has no hashes in the tree" : "the stored hashes of the tree are wrong"
        }
        hashed.steps.append(.line(index: index, leaf: leaf, fault: fault))
        position += 1
        if marks.contains(tree.size) { roots[tree.size] = tree.range.root }
    }

    private mutating func runs(
        _ page: LedgerPage,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [RetentionBook.Run] {
        var runs: [RetentionBook.Run] = []
        for row in page.rows {
            guard let index = row.removedBy, knownRuns.insert(index).inserted,
                let bytes = try reader.get(tables.state, BigEndian.bytes(index)),
                let entry = try? Entry(decoding: bytes), entry.index == index, let run = RetentionBook.Run(entry)
            else { continue }
            runs.append(run)
        }
        return runs
    }
}
