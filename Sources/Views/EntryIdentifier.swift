import Wire

/// How entries are found by the name they are known by outside the ledger.
///
/// Half of an identifier is enough: 64 random bits meet by accident never, and whoever reads the entry compares the
/// rest.
enum EntryIdentifier {
    private static let prefix = Array("evt_".utf8)
    private static let keyBytes = 8

    /// The key of an identifier's row; nil for a text that is none.
    static func key(_ text: String) -> [UInt8]? {
        let letters = text.utf8Span.span
        guard letters.begins(with: prefix) else { return nil }
        guard var bytes = try? Base64URL.decode(letters.extracting(prefix.count...)), bytes.count == 16
        else { return nil }
        bytes.removeLast(bytes.count - keyBytes)
        return bytes
    }
}

/// A row of `entries` that is to be written.
///
/// There is one for every entry, and none is ever looked for by the command that makes it: a list is enough.
struct EntryName: Comparable {
    /// The key as a number: big-endian, so the order is the same.
    private let name: UInt64
    let index: UInt64

    init(key: [UInt8], index: UInt64) {
        name = BigEndian.value(key)
        self.index = index
    }

    var key: [UInt8] { BigEndian.bytes(name) }

    static func < (left: EntryName, right: EntryName) -> Bool { (left.name, left.index) < (right.name, right.index) }
}

extension ViewDraft {
    func foldIdentifier(_ entry: FoldedEntry) {
        guard let key = entry.id.flatMap(EntryIdentifier.key) else { return }
        note(EntryName(key: key, index: entry.index))
    }
}

extension RowReader {
    /// Where the entry of that name may stand; the reader compares its whole name.
    package func index(ofEntry id: String) throws -> UInt64? {
        guard let key = EntryIdentifier.key(id), let value = try row(.entries, key) else { return nil }
        guard value.count == 8 else { throw damage(.entries, key) }
        return BigEndian.value(value)
    }
}
