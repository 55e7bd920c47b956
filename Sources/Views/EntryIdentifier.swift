import Wire

/// How entries are found by the name they are known by outside the ledger.
///
/// Half of an identifier is enough: 64 random bits meet by accident never, and whoever reads the entry compares the rest.
enum EntryIdentifier {
    private static let prefix = "evt_"
    private static let keyBytes = 8

    /// The key of an identifier's row; nil for a text that is none.
    static func key(_ text: String) -> [UInt8]? {
        guard text.hasPrefix(prefix) else { return nil }
        let letters = text.utf8Span.span.extracting(prefix.utf8.count...)
        guard var bytes = try? Base64URL.decode(letters), bytes.count == 16 else { return nil }
        bytes.removeLast(bytes.count - keyBytes)
        return bytes
    }
}

extension ViewDraft {
    func foldIdentifier(_ entry: FoldedEntry) {
        guard let key = entry.id.flatMap(EntryIdentifier.key) else { return }
        put(.entries, key, BigEndian.bytes(entry.index))
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
