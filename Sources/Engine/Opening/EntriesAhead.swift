import EventLog
import OpenSSL
import Storage
import Views
import Wire

/// The lines of a ledger in their order, each with its leaf hash; each page but the first is read, hashed and decoded
/// on another thread while the one before it is folded.
///
/// Decoding an entry takes as long as folding it. At most two pages are held decoded, and the bytes of one: 1,024 lines
/// each, so a megabyte or two of common entries, and of nothing but the longest 64 MiB of text a page. Where a page has
/// a line that is no entry, that is told before anything of the page is folded.
struct EntriesAhead {
    enum Line {
        case entry(index: UInt64, Entry, leaf: Digest)
        /// Retention took it out, and left the leaf that is stored.
        case removed(index: UInt64, leaf: Digest)
    }

    private let tables: LedgerTables
    private let end: UInt64
    private var nextPage: UInt64
    /// What is left of the page under way, its first line last: taken from the end, an entry moves and is not copied.
    private var page: [Line] = []
    private var coming: Aside<[Line]>?

    init(_ tables: LedgerTables, from start: UInt64, to end: UInt64) {
        self.tables = tables
        self.end = end
        nextPage = start
    }

    /// The first page is read at once: where there is no second one, no thread is begun.
    ///
    /// - Throws: `LedgerFault.damaged` for a page with a row that is no entry.
    mutating func next() throws -> Line? {
        if page.isEmpty {
            if let coming {
                page = try coming.value()
            } else if let range = takePage() {
                page = try Self.page(of: tables, range)
            }
            coming = takePage().map { range in
                Aside(name: "decode") { [tables] in try Self.page(of: tables, range) }
            }
        }
        return page.popLast()
    }

    private mutating func takePage() -> Range<UInt64>? {
        guard nextPage < end else { return nil }
        let start = nextPage
        nextPage = min(end, start + UInt64(LedgerTables.linesPerPage))
        return start..<nextPage
    }

    private static func page(of tables: LedgerTables, _ range: Range<UInt64>) throws -> [Line] {
        let (lines, removed) = try tables.environment.read { reader in
            let lines = try tables.page(from: range.lowerBound, to: range.upperBound, reader)
            var removed: [UInt64: Digest] = [:]
            for case .removed(let index) in lines { removed[index] = try tables.hash(level: 0, index, reader) }
            return (lines, removed)
        }
        return try lines.reversed().map { line in
            guard case .entry(let index, let bytes) = line else {
                return .removed(index: line.index, leaf: removed[line.index] ?? .zero)
            }
            do throws(Malformed) {
                let entry = try Entry(decoding: bytes, isDataRead: FoldedEntry.isDataRead)
                return .entry(index: index, entry, leaf: MerkleTree.leaf(bytes))
            } catch {
                throw LedgerFault.damaged(index: index, "\(error)")
            }
        }
    }
}
