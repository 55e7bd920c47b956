import OpenSSL
import Storage
package import Wire

/// Writes a ledger's entries, from one index on up to what is signed, into one stream of blocks.
///
/// It only reads, and may run beside the writer: each page is read in a transaction of its own, and no entry before the
/// signed end changes any more. Whatever is read is hashed, and held against the signature before the last block: what
/// has its last block is whole.
package struct LedgerBackup {
    /// Its content is at least so large when a block ends.
    private static let contentBytes = 1 << 20

    private let tables: LedgerTables
    private let header: BackupHeader
    private let write: ([UInt8]) throws -> Void
    private var content: [UInt8] = []
    private var chain = BackupChain()

    /// - Parameters:
    ///   - first: the first entry that is to be in it.
    ///   - write: takes each piece, in order.
    /// - Throws: `LedgerFault` where the ledger is not what was acknowledged, `BackupFault` where nothing is signed.
    package init(
        of tables: LedgerTables,
        anchor: Anchor,
        from first: UInt64,
        at now: Instant,
        software: String,
        write: @escaping ([UInt8]) throws -> Void,
    ) throws {
        let opening = try Opening(tables: tables, anchor: anchor)
        guard let note = opening.note else { throw LedgerFault.rolledBack("the anchor has no checkpoint") }
        header = try BackupHeader(
            ledger: opening.identity.id,
            first: first,
            note: note,
            owner: anchor.owner() ?? Base64URL.encode(opening.identity.id),
            madeAt: now,
            software: software
        )
        guard first <= header.size else { throw BackupFault.beyond(first: first, size: header.size) }
        self.tables = tables
        self.write = write
    }

    /// How many entries are signed, and will be there once this is restored behind those before it.
    package var size: UInt64 { header.size }

    package mutating func run() throws -> BackupMark {
        try put(.beginning, header.line)
        let first = header.first
        var range = try tables.environment.read { try tables.range(at: first, $0) }
        var scanner = EntryScanner()
        while range.size < header.size {
            let start = range.size
            let page = try tables.environment.read { try LedgerPage(tables, from: start, copiesSegments: true, $0) }
            try append(page, &range, &scanner)
        }
        try putLines()
        guard range.root == header.checkpoint.root else {
            throw LedgerFault.damaged(
                index: nil,
                "the first \(header.size) entries do not have the root that was signed for them"
            )
        }
        try put(.end, [])
        return BackupMark(
            first: header.first,
            size: header.size,
            root: header.checkpoint.root,
            at: header.madeAt,
            digest: chain.digest
        )
    }

    private mutating func append(_ page: LedgerPage, _ range: inout CompactRange, _ scanner: inout EntryScanner) throws
    {
        if let misfit = page.misfits.first { throw LedgerFault.damaged(index: range.size, misfit) }
        var rows = page.segments[...]
        for index in range.size..<min(header.size, page.stop) {
            guard page[index].removedBy == nil else { throw BackupFault.removed(index: index) }
            guard let bytes = page[index].entry else {
                throw LedgerFault.damaged(index: index, "the entry is missing")
            }
            if content.isEmpty { content += BackupBlock.line(range) }
            let segments = rows.prefix { $0.index == index }
            rows = rows.dropFirst(segments.count)
            try requireWhole(bytes, segments, at: index, &scanner)
            content += bytes
            content.append(0x0A)
            for row in segments { content += BackupBlock.line(index, row.ordinal, row.bytes) }
            range.append(MerkleTree.leaf(bytes))
            if content.count >= Self.contentBytes { try putLines() }
        }
    }

    /// A restore would refuse what lacks a segment that nothing erased: better it is known while the original is there.
    private func requireWhole(
        _ bytes: [UInt8],
        _ segments: ArraySlice<LedgerPage.SegmentRow>,
        at index: UInt64,
        _ scanner: inout EntryScanner,
    ) throws {
        let facts: EntryFacts
        do throws(Malformed) {
            facts = try scanner.scan(bytes)
        } catch {
            throw LedgerFault.damaged(index: index, "\(error)")
        }
        guard facts.index == index else {
            throw LedgerFault.damaged(index: index, "the entry says that its index is \(facts.index)")
        }
        guard !segments.map(\.ordinal).elementsEqual(facts.sealed.indices) else { return }
        for (ordinal, item) in try Entry(decoding: bytes).sealed.enumerated() {
            let isThere = segments.contains { $0.ordinal == ordinal }
            let erasedAt = try tables.environment.read { try tables.dataKeyUse(item.key, $0)?.destroyedAt }
            guard isThere || erasedAt.map({ $0 < header.size }) ?? false else {
                throw LedgerFault.damaged(index: index, "its segment \(ordinal) is gone, and nothing erased it")
            }
        }
    }

    private mutating func putLines() throws {
        guard !content.isEmpty else { return }
        try put(.lines, content)
        content.removeAll(keepingCapacity: true)
        CrashPoint.backupWritten.pass()
    }

    private mutating func put(_ kind: BackupHead.Kind, _ content: [UInt8]) throws {
        try write(chain.block(kind, content))
    }
}
