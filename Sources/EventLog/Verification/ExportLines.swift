import OpenSSL
import Storage
import Wire

/// A range of the ledger as lines to be printed: exactly the stored bytes, and what stands in the place of the removed.
///
/// With openings, what each segment held follows its entry, as far as its key is here; where an entry destroyed the
/// key, the line says which one.
package struct ExportLines {
    private let tables: LedgerTables
    private let keys: KeyStore?
    private let end: UInt64
    private var position: UInt64
    private var ledgerID: [UInt8]?
    /// The entries that destroyed data keys, the first of each; `nil` until it is asked for.
    private var erasures: [ExactText: UInt64]?

    /// - Parameter opening: the keys to open segments with; `nil` prints entries alone.
    package init(_ tables: LedgerTables, _ range: Range<UInt64>, opening keys: KeyStore? = nil) {
        self.tables = tables
        self.keys = keys
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next lines, each with its line feed; `nil` when the range or the ledger has ended.
    ///
    /// A page is read in one transaction and has at most 1,024 entries and 4 MiB of them, but for its last entry.
    package mutating func nextPage() throws -> [UInt8]? {
        guard position < end else { return nil }
        if let keys, !keys.isSealed, erasures == nil { try prepareOpenings() }
        var out: [UInt8] = []
        var next = position
        let stop = end
        try tables.environment.read { reader in
            let page = try LedgerPage(tables, from: next, copiesSegments: keys != nil, reader)
            let pageEnd = min(stop, page.next == nil ? page.endOfRows : page.stop)
            var segments = page.segments[...]
            while next < pageEnd {
                let row = page[next]
                guard let bytes = row.state ?? row.activity else {
                    throw LedgerFault.damaged(index: next, "the entry is missing")
                }
                if let run = LedgerTables.removedBy(bytes) {
                    out += try removedLine(next, run, reader)
                } else {
                    out += bytes
                    out.append(0x0A)
                    out += try openings(next, bytes, segments.prefix { $0.index <= next }.filter { $0.index == next })
                }
                segments = segments.drop { $0.index <= next }
                next += 1
            }
        }
        guard next > position else { return nil }
        position = next
        return out
    }

    private func removedLine(
        _ index: UInt64,
        _ run: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [UInt8] {
        let leaf = try tables.hash(level: 0, index, reader)
        var out = JSONWriter(reservingBytes: 128)
        out.beginObject()
        out.key("index")
        out.integer(Int64(index))
        out.key("leaf")
        out.base64URL(leaf.bytes)
        out.key("removed_by")
        out.integer(Int64(run))
        out.endObject()
        return out.bytes + [0x0A]
    }

    private func openings(_ index: UInt64, _ bytes: [UInt8], _ rows: [LedgerPage.SegmentRow]) throws -> [UInt8] {
        guard let keys, let erasures, let ledgerID, let entry = try? Entry(decoding: bytes) else { return [] }
        var out: [UInt8] = []
        for (ordinal, item) in entry.sealed.enumerated() {
            if let erasure = erasures[ExactText(item.key)], erasure > index {
                out += Self.opening { writer in
                    writer.key("erased_by")
                    writer.integer(Int64(erasure))
                    writer.key("index")
                    writer.integer(Int64(index))
                    writer.key("ordinal")
                    writer.integer(Int64(ordinal))
                }
            } else if let row = rows.first(where: { $0.ordinal == ordinal }),
                let key = try keys.key(KeyName.data(item.key)),
                let plaintext = Segment.open(
                    row.bytes,
                    subject: item.subject,
                    commitment: item.commitment,
                    ledger: ledgerID,
                    dataKey: key
                )
            {
                out += Self.opening { writer in
                    writer.key("index")
                    writer.integer(Int64(index))
                    writer.key("ordinal")
                    writer.integer(Int64(ordinal))
                    writer.key("plaintext")
                    writer.base64URL(plaintext)
                }
            }
        }
        return out
    }

    private static func opening(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        members(&writer)
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// Reads genesis for the ledger's id, and the state entries once for erasures, which come after what they erase.
    private mutating func prepareOpenings() throws {
        let mark = Array(#""type":"\#(OwnType.dataKeyDestroyed.rawValue)""#.utf8)
        var found: [ExactText: UInt64] = [:]
        var genesis: [UInt8]?
        var start: UInt64? = 0
        while let from = start {
            start = nil
            var count = 0
            try tables.environment.read { reader in
                try reader.scan(tables.state, from: BigEndian.bytes(from)) { key, value in
                    let index = BigEndian.value(key)
                    if index == 0 { genesis = value.copied }
                    guard count < LedgerTables.linesPerPage else {
                        start = index
                        return false
                    }
                    count += 1
                    if value.contains(mark), let entry = try? Entry(decoding: value.copied),
                        entry.type == OwnType.dataKeyDestroyed.rawValue, let key = entry.data["key"]?.text
                    {
                        found[ExactText(key)] = found[ExactText(key)] ?? index
                    }
                    return true
                }
            }
        }
        ledgerID = try genesis.map { try LedgerIdentity(genesis: Entry(decoding: $0)).id }
        erasures = found
    }
}

extension Span<UInt8> {
    fileprivate func contains(_ wanted: [UInt8]) -> Bool {
        guard count >= wanted.count, let first = wanted.first else { return false }
        for place in 0...(count - wanted.count) where self[place] == first {
            var offset = 1
            while offset < wanted.count, self[place + offset] == wanted[offset] { offset += 1 }
            if offset == wanted.count { return true }
        }
        return false
    }
}
