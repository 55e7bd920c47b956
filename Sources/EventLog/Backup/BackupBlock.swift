import OpenSSL
import Wire

/// Entries as they travel, each with the rows of its segments, and the right edge of the tree before the first.
struct BackupBlock {
    /// An entry's stored bytes and, by their ordinals, its sealed rows; an empty one stands for a row that is gone.
    struct Item {
        let bytes: [UInt8]
        var segments: [[UInt8]] = []
    }

    let edge: CompactRange
    private(set) var items: [Item] = []

    var first: UInt64 { edge.size }
    var end: UInt64 { first + UInt64(items.count) }

    /// The line that a block begins with.
    static func line(_ edge: CompactRange) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("edge")
        writer.beginArray()
        for node in edge.nodes { writer.base64URL(node.bytes) }
        writer.endArray()
        writer.key("first")
        writer.integer(Int64(edge.size))
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// The line of a sealed row, behind its entry's.
    static func line(_ index: UInt64, _ ordinal: Int, _ row: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: row.count * 4 / 3 + 64)
        writer.beginObject()
        writer.key("index")
        writer.integer(Int64(index))
        writer.key("ordinal")
        writer.integer(Int64(ordinal))
        writer.key("segment")
        writer.base64URL(row)
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// How every sealed row's line begins; an entry's begins with its actor.
    private static let segmentStart = Array(#"{"index":"#.utf8)

    init(decoding content: [UInt8]) throws(BackupFault) {
        guard content.last == 0x0A else { throw .altered("a block ends within a line") }
        let lines = content.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        do throws(Malformed) {
            edge = try Self.edge(JSON.parse(Array(lines[0]), as: .canonical))
            items.reserveCapacity(lines.count - 1)
            for line in lines.dropFirst() {
                guard line.starts(with: Self.segmentStart) else {
                    items.append(Item(bytes: Array(line)))
                    continue
                }
                try admit(segment: JSON.parse(Array(line), as: .canonical))
            }
        } catch {
            throw .altered(error.reason)
        }
        guard !items.isEmpty else { throw .altered("a block has no entries") }
    }

    private static func edge(_ line: JSON) throws(Malformed) -> CompactRange {
        guard let first = line["first"]?.number, first >= 0, let nodes = line["edge"]?.items,
            nodes.count == first.nonzeroBitCount
        else { throw Malformed("a block begins with the edge of the tree", at: 0) }
        let digests = try nodes.map { (node) throws(Malformed) in
            guard let text = node.text, let digest = Digest(try Base64URL.decode(text)) else {
                throw Malformed("a node of the edge has 32 bytes", at: 0)
            }
            return digest
        }
        return CompactRange(size: UInt64(first), nodes: digests)
    }

    private mutating func admit(segment line: JSON) throws(Malformed) {
        guard let last = items.indices.last, line["index"]?.number == Int64(end - 1),
            let ordinal = line["ordinal"]?.number, ordinal < Segment.countMax, let text = line["segment"]?.text,
            case let gone = Int(ordinal) - items[last].segments.count, gone >= 0
        else { throw Malformed("a segment stands behind its entry, in the order of the ordinals", at: 0) }
        items[last].segments += Array(repeating: [], count: gone)
        items[last].segments.append(try Base64URL.decode(text))
    }
}
