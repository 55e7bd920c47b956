import OpenSSL
import Storage
import Wire

/// One reading of a ledger from its first entry to its last, and the books that are kept on the way.
struct VerificationPass {
    var report = Verification.Report()
    /// Set when the disk refused to be read on: then nothing is said about what was not seen.
    var isInterrupted = false

    var scanner = EntryScanner()
    private(set) var tree = VerifiedTree()
    var chains = ChainBook()
    private(set) var streams = StreamBook()
    private(set) var commands = CommandBook()
    private var census = IdentifierCensus()
    var segments: SegmentBook
    var retention = RetentionBook()
    var life = SigningLife()

    /// The sizes at which the root is asked for later.
    private var marks: [UInt64] = []
    private(set) var roots: [UInt64: Digest] = [:]
    /// Marked sizes at which a batch was under way.
    private(set) var marksInsideBatches: Set<UInt64> = []

    init(keys: KeyStore?, opensSegments: Bool) {
        segments = SegmentBook(keys: keys, opens: opensSegments)
    }

    var readsSegmentRows: Bool { segments.readsRows }

    mutating func markRoots(at sizes: [UInt64]) {
        marks = sizes
        if sizes.contains(0) { roots[0] = MerkleTree.emptyRoot }
    }

    mutating func takeCensus() -> IdentifierCensus {
        let taken = census
        census = IdentifierCensus()
        return taken
    }

    mutating func finish() {
        report.entries = tree.size
        report.root = tree.range.root
        guard !isInterrupted else { return }
        if tree.size == 0 { report.add(nil, "the ledger has no entries") }
        if commands.isOpen(at: tree.size) { report.add(tree.size - 1, "the ledger ends inside a batch") }
        segments.finish(&report)
    }

    /// Reads a page, driven by the rows of the tree, each of which is compared where it lies.
    mutating func read(
        _ page: LedgerPage, _ tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        for misfit in page.misfits { report.add(nil, misfit) }
        try learnRuns(page, tables, reader)
        let none: [UInt8] = []
        var (due, segment) = (page.start, 0)
        try reader.scan(tables.hashes, from: BigEndian.bytes(page.start)) { key, row in
            guard key.count == 8 else {
                report.add(nil, "the table hashes has a row under a key that is no index")
                return true
            }
            let index = BigEndian.value(key)
            guard index < page.stop else { return false }
            skipGap(&due, to: index, page)
            while due < index {
                line(due, page, row: none.span, &segment)
                due += 1
            }
            line(index, page, row: row, &segment)
            due += 1
            return true
        }
        while due < page.endOfRows {
            line(due, page, row: none.span, &segment)
            due += 1
        }
        if segment < page.segments.count {
            report.add(page.segments[segment].index, "there is a segment of no entry")
        }
        if let next = page.next { skipGap(&due, to: next, page) }
    }

    /// Passes over indexes that no table knows, with one problem for all of them.
    private mutating func skipGap(_ due: inout UInt64, to index: UInt64, _ page: LedgerPage) {
        guard due < index else { return }
        let unknown = due..<max(due, min(index, page.stop))
        guard unknown.allSatisfy({ page[$0].state == nil && page[$0].activity == nil }) else { return }
        report.add(due, index - due == 1 ? "the entry is missing" : "the entries from here to \(index - 1) are missing")
        tree.skip(to: index)
        due = index
    }

    /// The `retention.applied` entries that this page's removed entries name come later in the ledger.
    private mutating func learnRuns(
        _ page: LedgerPage, _ tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable,
    ) throws {
        for row in page.rows {
            guard let run = row.activity.flatMap(LedgerTables.removedBy), retention.runs[run] == nil,
                let bytes = try reader.get(tables.state, BigEndian.bytes(run)),
                let entry = try? Entry(decoding: bytes), entry.index == run, let run = RetentionBook.Run(entry)
            else { continue }
            retention.learn(run)
        }
    }

    private mutating func line(_ index: UInt64, _ page: LedgerPage, row: Span<UInt8>, _ segment: inout Int) {
        let first = segment
        while segment < page.segments.count, page.segments[segment].index <= index { segment += 1 }
        let rows = page.segments[first..<segment]
        let place = page[index]
        if place.state != nil, place.activity != nil { report.add(index, "the entry stands in both tables") }
        if let bytes = place.state {
            entry(index, bytes, .state, row: row, rows)
        } else if let bytes = place.activity {
            if let run = LedgerTables.removedBy(bytes) {
                removed(index, run, row: row, rows)
            } else {
                entry(index, bytes, .activity, row: row, rows)
            }
        } else {
            report.add(index, "the entry is missing")
            grow(index, leaf(of: row), isSound: false, row: row)
        }
        if marks.contains(tree.size) {
            roots[tree.size] = tree.range.root
            if commands.isOpen(at: tree.size) { marksInsideBatches.insert(tree.size) }
        }
    }

    private mutating func entry(
        _ index: UInt64, _ bytes: [UInt8], _ table: Entry.Class, row: Span<UInt8>,
        _ rows: ArraySlice<LedgerPage.SegmentRow>,
    ) {
        let span = bytes.span
        let leaf = SHA256Hash.hash(prefix: 0x00, span)
        var isSound = true
        if row.count >= Digest.count {
            isSound = Digest(row.extracting(0..<Digest.count)) == leaf
            if !isSound { report.add(index, "the entry does not have the hash that was stored for it") }
        }
        do throws(Malformed) {
            let facts = try scanner.scan(bytes)
            judge(index, facts, span, leaf, table)
            if !facts.sealed.isEmpty || !rows.isEmpty { segments.admit(index, facts, span, rows, &report) }
            if facts.own != nil { admitOwnLife(index, bytes) }
        } catch {
            report.add(index, "\(error)")
            goOnBehind(bytes, index, leaf)
        }
        grow(index, leaf, isSound: isSound, row: row)
    }

    private mutating func judge(
        _ index: UInt64, _ facts: EntryFacts, _ bytes: Span<UInt8>, _ leaf: Digest, _ table: Entry.Class,
    ) {
        if facts.index != index { report.add(index, "the entry says that its index is \(facts.index)") }
        if facts.class != table { report.add(index, "the entry stands in the table of the other class") }
        if let fault = commands.admit(index, facts, bytes) { report.add(index, fault) }
        census.add(facts.id)
        if facts.own == .chainsAttested { judgeAttestation(index, bytes) }
        if chains.head(facts.chain, .state) == nil { judgeBeginning(index, facts, bytes) }
        let fault = chains.admit(
            facts.chain, facts.class, sequence: facts.sequence, previous: facts.previous, index: index, leaf: leaf)
        if let fault { report.add(index, fault) }
        if let version = facts.version,
            let due = streams.admit(bytes.extracting(facts.stream), version: version, index: index)
        {
            report.add(index, "version \(version) stands where \(due) is due in its stream")
        }
    }

    /// A broken entry is one problem; as far as it can be read, what follows is not measured against the one before it.
    private mutating func goOnBehind(_ bytes: [UInt8], _ index: UInt64, _ leaf: Digest) {
        guard let entry = try? Entry(decoding: bytes) else { return }
        let chain = scanner.chains.number(of: Array(entry.chain.utf8).span)
        _ = chains.admit(
            chain, entry.class, sequence: entry.sequence, previous: entry.previous, index: index, leaf: leaf)
        if entry.class == .state, let stream = entry.stream, let version = entry.version {
            _ = streams.admit(Array(stream.utf8).span, version: version, index: index)
        }
        if OwnType(rawValue: entry.type) != nil { admitOwnLife(index, bytes) }
    }

    private mutating func removed(
        _ index: UInt64, _ run: UInt64, row: Span<UInt8>, _ rows: ArraySlice<LedgerPage.SegmentRow>,
    ) {
        report.removed += 1
        let leaf = leaf(of: row)
        commands.admitRemoved(index)
        if !rows.isEmpty { report.add(index, "there is a segment of an entry that was removed") }
        if let known = retention.runs[run], known.firstIndex <= index, index <= known.lastIndex {
            let chain = scanner.chains.number(of: Array(known.chain.utf8).span)
            if chains.keepsActivity(chain) {
                report.add(index, "the entry is removed, but an earlier one of \(known.chain) is kept")
            }
            let sequence = chains.admitRemoved(chain, index: index, leaf: leaf)
            if let fault = retention.admitRemoved(run, index, sequence: sequence, leaf: leaf) { report.add(run, fault) }
        } else {
            report.add(index, "the entry is removed, but entry \(run) does not cover it")
        }
        grow(index, leaf, isSound: true, row: row)
    }

    private mutating func grow(_ index: UInt64, _ leaf: Digest, isSound: Bool, row: Span<UInt8>) {
        if tree.size != index { tree.skip(to: index) }
        guard !tree.append(leaf, isSound: isSound, stored: row) else { return }
        report.add(index, row.isEmpty ? "the entry has no hashes in the tree" : "the stored hashes of the tree are wrong")
    }

    private func leaf(of row: Span<UInt8>) -> Digest {
        row.count >= Digest.count ? Digest(row.extracting(0..<Digest.count)) : .zero
    }
}
