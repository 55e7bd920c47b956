import OpenSSL
import Storage
import Wire

/// A row with the tag that was found to fit, or was made for it.
package struct TaggedRow: Sendable {
    let value: [UInt8]
    let tag: UInt64

    /// Whether a stored row is this one to the last bit, tag included.
    func isSame(as row: Span<UInt8>) -> Bool {
        row.count == value.count + RowTag.bytes && BigEndian.value(row, at: value.count) == tag
            && row.extracting(..<value.count).isSame(as: value)
    }
}

/// The tag of a row: 8 bytes that nobody without the key can fit to a changed one.
///
/// LMDB 0.9 has no checksums, so integrity is ours: SipHash-2-4 over table, key and value, behind each value.
struct RowTag: Sendable {
    static let bytes = 8

    private let hash: SipHash24
    /// For each table the hash begun with its name, which all of its rows have in common.
    private let begun: [SipHasher24]

    init(key: [UInt8]) {
        let hash = SipHash24(key16: key)
        self.hash = hash
        begun = ViewTable.allCases.map { table in
            var hasher = hash.makeHasher()
            hasher.update(Array(table.name.utf8))
            return hasher
        }
    }

    func tag(_ table: ViewTable, _ key: Span<UInt8>, _ value: Span<UInt8>) -> UInt64 {
        var hasher = begun[table.rawValue]
        hasher.update(key)
        hasher.update(value)
        return hasher.finish()
    }

    /// The tag of the mark, which stands in no table of views.
    func mark(_ value: [UInt8], of part: ViewPart) -> UInt64 {
        switch part {
        case .state: hash.hash(Array("meta state".utf8), value)
        case .audit: hash.hash(Array("meta audit".utf8), value)
        }
    }

    /// A keyed hash of a key, for dictionaries whose keys strangers can choose.
    func spread(_ key: [UInt8]) -> UInt64 { hash.hash(key) }

    /// The tag that stands behind a row, unchecked: it is what was added to the table's sum.
    static func stored(in row: Span<UInt8>) -> UInt64? {
        row.count >= bytes ? BigEndian.value(row, at: row.count - bytes) : nil
    }

    /// The value without its tag, once the tag is found to fit.
    func opened(_ table: ViewTable, _ key: Span<UInt8>, _ row: Span<UInt8>) throws(ViewFault) -> Int {
        let count = row.count - RowTag.bytes
        guard count >= 0, BigEndian.value(row, at: count) == tag(table, key, row.extracting(..<count)) else {
            throw .damagedRow(table: table.name, key: key.copied)
        }
        return count
    }
}
