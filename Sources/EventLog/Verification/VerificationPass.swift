import OpenSSL
import Wire

/// One reading of a ledger from its first entry to its last, and the books that are kept on the way.
struct VerificationPass {
    var report = Verification.Report()
    /// Set when the disk refused to be read on: then nothing is said about what was not seen.
    var isInterrupted = false

    var scanner = EntryScanner()
    var chains = ChainBook()
    private(set) var streams = StreamBook()
    private(set) var commands = CommandBook()
    private var census: IdentifierCensus
    var segments: SegmentBook
    var retention = RetentionBook()
    var life = SigningLife()

    /// Sizes asked for at which a batch was under way.
    private(set) var marksInsideBatches: Set<UInt64> = []

    init(keys: KeyStore?, _ options: Verification.Options) {
        segments = SegmentBook(keys: keys, opens: options.opensSegments)
        census = IdentifierCensus(options.identifiers)
    }

    var readsSegmentRows: Bool { segments.readsRows }

    mutating func takeCensus() -> IdentifierCensus {
        let taken = census
        census = IdentifierCensus()
        return taken
    }

    mutating func finish(_ stage: TreeStage) {
        report.entries = stage.tree.size
        report.root = stage.tree.range.root
        report.origin = life.origin(at: stage.tree.size)
        guard !isInterrupted else { return }
        let size = stage.tree.size
        if size == 0 { report.add(nil, "the ledger has no entries") }
        if commands.isOpen(at: size) { report.add(size - 1, "the ledger ends inside a batch") }
        segments.finish(&report)
    }

    /// Judges a page whose leaves were hashed.
    mutating func read(_ hashed: HashedPage, marks: [UInt64]) {
        for fault in hashed.faults { report.add(nil, fault) }
        for run in hashed.runs { retention.learn(run) }
        var segments = hashed.page.segments[...]
        for step in hashed.steps {
            switch step {
            case .gap(let from, let to):
                let what = to - from == 1 ? "the entry is missing" : "the entries from here to \(to - 1) are missing"
                report.add(from, what)
            case .line(let index, let leaf, let fault):
                if let fault { report.add(index, fault) }
                let rows = segments.prefix { $0.index <= index }
                segments = segments.dropFirst(rows.count)
                line(index, hashed.page[index], leaf, rows)
                if marks.contains(index + 1), commands.isOpen(at: index + 1) { marksInsideBatches.insert(index + 1) }
            }
        }
        if let stray = segments.first { report.add(stray.index, "there is a segment of no entry") }
    }

    private mutating func line(
        _ index: UInt64,
        _ place: LedgerPage.Row,
        _ leaf: Digest,
        _ rows: ArraySlice<LedgerPage.SegmentRow>,
    ) {
        if place.state != nil, place.activity != nil { report.add(index, "the entry stands in both tables") }
        if let run = place.removedBy {
            removed(index, run, leaf, rows)
        } else if let bytes = place.entry {
            entry(index, bytes, place.state == nil ? .activity : .state, leaf, rows)
        }
    }

    mutating func entry(
        _ index: UInt64,
        _ bytes: [UInt8],
        _ table: Entry.Class,
        _ leaf: Digest,
        _ rows: ArraySlice<LedgerPage.SegmentRow>,
    ) {
        do throws(Malformed) {
            let facts = try scanner.scan(bytes)
            check(index, facts, bytes.span, leaf, table)
            if !facts.sealed.isEmpty || !rows.isEmpty { segments.admit(index, facts, bytes.span, rows, &report) }
            if facts.own != nil { admitOwnLife(index, bytes) }
        } catch {
            report.add(index, "\(error)")
            continueAfterMalformed(bytes, index, leaf)
        }
    }

    private mutating func check(
        _ index: UInt64,
        _ facts: EntryFacts,
        _ bytes: Span<UInt8>,
        _ leaf: Digest,
        _ table: Entry.Class,
    ) {
        if facts.index != index { report.add(index, "the entry says that its index is \(facts.index)") }
        if facts.class != table { report.add(index, "the entry stands in the table of the other class") }
        if let fault = commands.admit(index, facts, bytes) { report.add(index, fault) }
        census.add(facts.id)
        if facts.own == .chainsAttested { checkAttestation(index, bytes) }
        if chains.head(facts.chain, .state) == nil { checkBeginning(index, facts, bytes) }
        let fault = chains.admit(
            facts.chain,
            facts.class,
            sequence: facts.sequence,
            previous: facts.previous,
            index: index,
            leaf: leaf
        )
        if let fault { report.add(index, fault) }
        if let version = facts.version,
            let due = streams.admit(bytes.extracting(facts.stream), version: version, index: index)
        {
            report.add(index, "version \(version) stands where \(due) is due in its stream")
        }
    }

    /// A broken entry is one problem; as far as it can be read, what follows is not measured against the one before it.
    private mutating func continueAfterMalformed(_ bytes: [UInt8], _ index: UInt64, _ leaf: Digest) {
        guard let entry = try? Entry(decoding: bytes) else { return }
        let chain = scanner.chains.number(of: Array(entry.chain.utf8).span)
        _ = chains.admit(
            chain,
            entry.class,
            sequence: entry.sequence,
            previous: entry.previous,
            index: index,
            leaf: leaf
        )
        if entry.class == .state, let stream = entry.stream, let version = entry.version {
            _ = streams.admit(Array(stream.utf8).span, version: version, index: index)
        }
        segments.learn(entry.sealed.map(\.key), at: index)
        if OwnType(rawValue: entry.type) != nil { admitOwnLife(index, bytes) }
    }

    private mutating func removed(
        _ index: UInt64,
        _ run: UInt64,
        _ leaf: Digest,
        _ rows: ArraySlice<LedgerPage.SegmentRow>,
    ) {
        report.removed += 1
        commands.admitRemoved(index)
        if !rows.isEmpty { report.add(index, "there is a segment of an entry that was removed") }
        guard let known = retention.runs[run], known.firstIndex <= index, index <= known.lastIndex else {
            report.add(index, "the entry is removed, but entry \(run) does not cover it")
            return
        }
        let chain = scanner.chains.number(of: Array(known.chain.utf8).span)
        if chains.keepsActivity(chain) {
            report.add(index, "the entry is removed, but an earlier one of \(known.chain) is kept")
        }
        let sequence = chains.admitRemoved(chain, index: index, leaf: leaf)
        if let fault = retention.admitRemoved(run, index, sequence: sequence, leaf: leaf) { report.add(run, fault) }
    }
}
