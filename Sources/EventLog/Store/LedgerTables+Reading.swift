package import OpenSSL
package import Storage
import Wire

extension LedgerTables {
    /// How many entries there are: one more than the last index.
    package func size(_ reader: borrowing some TableReader & ~Copyable) throws -> UInt64 {
        guard let last = try reader.last(hashes) else { return 0 }
        guard last.key.count == 8, BigEndian.value(last.key) < UInt64(JSON.exactIntegers.upperBound) else {
            throw LedgerFault.damaged(index: nil, "the last row of the tree has no index")
        }
        return BigEndian.value(last.key) + 1
    }

    /// The stored bytes of an entry; `nil` past the end, and where retention removed it.
    package func entry(_ index: UInt64, _ reader: borrowing some TableReader & ~Copyable) throws -> [UInt8]? {
        let key = BigEndian.bytes(index)
        guard let row = try reader.get(activity, key) else { return try reader.get(state, key) }
        return Self.removedBy(row) == nil ? row : nil
    }

    /// The root of the perfect subtree `(level, n)`, as its last leaf stored it.
    package func hash(
        level: Int,
        _ n: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Digest {
        let leaf = ((n + 1) << UInt64(level)) - 1
        guard let row = try reader.get(hashes, BigEndian.bytes(leaf)), row.count >= 32 * (level + 1),
            let digest = Digest(Array(row[(32 * level)..<(32 * (level + 1))]))
        else { throw LedgerFault.damaged(index: leaf, "the tree hash of level \(level) is missing") }
        return digest
    }

    /// The right edge of the tree at a size.
    package func range(at size: UInt64, _ reader: borrowing some TableReader & ~Copyable) throws -> CompactRange {
        var nodes: [Digest] = []
        var start: UInt64 = 0
        for level in stride(from: 63, through: 0, by: -1) where size >> UInt64(level) & 1 == 1 {
            nodes.append(try hash(level: level, start >> UInt64(level), reader))
            start += 1 << UInt64(level)
        }
        return CompactRange(size: size, nodes: nodes)
    }

    package func inclusion(
        of index: UInt64,
        in size: UInt64,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> InclusionProof {
        var nodes: [(Int, UInt64)] = []
        // The places first, then the reading: a lent transaction does not go into a closure that may escape.
        _ = InclusionProof(of: index, in: size) { level, n in
            nodes.append((level, n))
            return .zero
        }
        var hashes: [Digest] = []
        for (level, n) in nodes { hashes.append(try hash(level: level, n, reader)) }
        var next = hashes.makeIterator()
        return InclusionProof(of: index, in: size) { _, _ in next.next() ?? .zero }
    }

    package func head(
        _ chain: String,
        _ class: Entry.Class,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Head? {
        guard let row = try reader.get(chains, Self.chainKey(chain, `class`)) else { return nil }
        guard let head = Head(row: row) else { throw LedgerFault.damaged(index: nil, "the head of chain \(chain)") }
        return head
    }

    package func head(
        of stream: String,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> StreamHead? {
        guard let row = try reader.get(streams, Array(stream.utf8)) else { return nil }
        guard let head = StreamHead(row: row) else { throw LedgerFault.damaged(index: nil, "the head of \(stream)") }
        return head
    }

    /// The last state entry of each stream whose name begins so, in the order of the ledger.
    package func lastEntries(
        ofStreams prefix: String,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [Entry] {
        var last: [UInt64] = []
        var isDamaged = false
        try reader.scan(streams, prefix: Array(prefix.utf8)) { _, row in
            guard let head = StreamHead(row: row.copied) else {
                isDamaged = true
                return false
            }
            last.append(head.index)
            return true
        }
        guard !isDamaged else { throw LedgerFault.damaged(index: nil, "the head of a stream \(prefix)…") }
        var entries: [Entry] = []
        for index in last.sorted() {
            guard let bytes = try entry(index, reader) else { continue }
            do throws(Malformed) {
                entries.append(try Entry(decoding: bytes))
            } catch {
                throw LedgerFault.damaged(index: index, "\(error)")
            }
        }
        return entries
    }

    package func segment(
        _ index: UInt64,
        _ ordinal: Int,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [UInt8]? {
        try reader.get(segments, Self.segmentKey(index, ordinal))
    }
}
