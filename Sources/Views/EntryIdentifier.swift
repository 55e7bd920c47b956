import Wire

/// How entries are found by the name they are known by outside the ledger.
///
/// Half of an identifier is enough: 64 random bits meet by accident never, and whoever reads the entry compares the
/// rest.
enum EntryIdentifier {
    private static let prefix = Array("evt_".utf8)

    /// The key of an identifier's row as a number; nil for a text that is none.
    static func number(_ text: String) -> UInt64? {
        let letters = text.utf8Span.span
        guard letters.begins(with: prefix) else { return nil }
        guard let bytes = try? Base64URL.decode(letters.extracting(prefix.count...)), bytes.count == 16
        else { return nil }
        return BigEndian.value(bytes)
    }
}

/// A row of `entries` that is to be written.
///
/// There is one for every entry, and none is ever looked for by the command that makes it: a list is enough.
struct EntryName: Comparable {
    /// The key as a number: big-endian, so the order is the same.
    private let name: UInt64
    let index: UInt64

    /// Nothing for an entry without a name.
    init?(of entry: FoldedEntry) {
        guard let name = entry.id.flatMap(EntryIdentifier.number) else { return nil }
        self.name = name
        index = entry.index
    }

    var key: [UInt8] { BigEndian.bytes(name) }

    static func < (left: EntryName, right: EntryName) -> Bool { (left.name, left.index) < (right.name, right.index) }
}

extension RowReader {
    /// Where the entry of that name may stand; the reader compares its whole name.
    package func index(ofEntry id: String) throws -> UInt64? {
        guard let key = EntryIdentifier.number(id).map(BigEndian.bytes), let value = try row(.entries, key)
        else { return nil }
        guard value.count == 8 else { throw damage(.entries, key) }
        return BigEndian.value(value)
    }
}
