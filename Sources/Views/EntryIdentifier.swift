import Wire

/// How entries are found by the name they are known by outside the ledger.
///
/// Half of an identifier is enough: 64 random bits meet by accident never, and whoever reads the entry compares the rest.
enum EntryIdentifier {
    private static let prefix = "evt_"
    private static let keyBytes = 8

    /// The key of an identifier's row; nil for a text that is none.
    static func key(_ text: String) -> [UInt8]? {
        guard text.hasPrefix(prefix), let bytes = try? Base64URL.decode(String(text.dropFirst(prefix.count))),
            bytes.count == 16
        else { return nil }
        return Array(bytes[..<keyBytes])
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
