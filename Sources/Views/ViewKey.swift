import Identity
import Wire

/// The keys of rows, as ``ViewTable`` describes them.
enum ViewKey {
    /// How long an index is, with which many of them end.
    static let indexBytes = 8

    static func identifier(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func versions(of id: String) -> [UInt8] { Array(id.utf8) + [0] }

    static func version(of id: String, at index: UInt64) -> [UInt8] { version(of: Array(id.utf8)[...], at: index) }

    static func version(of id: ArraySlice<UInt8>, at index: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(id.count + 1 + indexBytes)
        key += id
        key.append(0)
        key += BigEndian.bytes(~index)
        return key
    }

    static func latest(_ type: EntryType, _ member: String?) -> [UInt8] {
        Array(type.text.utf8) + (member.map { [0] + Array($0.utf8) } ?? [])
    }

    static func slug(_ noun: String, _ slug: String) -> [UInt8] { Array(noun.utf8) + [0] + Array(slug.utf8) }

    static func proof(_ key: String, _ mac: String) -> [UInt8] { Array(key.utf8) + [0] + Array(mac.utf8) }

    static func erasable(_ dataKey: String) -> [UInt8] { Array(dataKey.utf8) + [0] }

    static func erasable(_ dataKey: String, _ table: ViewTable, _ key: [UInt8]) -> [UInt8] {
        erasable(dataKey) + [UInt8(table.rawValue)] + key
    }
}

/// The rows of one set: those of a kind that stand in a place, live or are deleted, and belong to a facet.
struct FacetSet: Equatable {
    /// What the keys of its rows begin with, and the key of its count.
    let key: [UInt8]
    /// Whether its rows are edges, of which no boundary is ever forgotten.
    let isOfEdges: Bool

    init(_ noun: String, in place: Place, _ life: Life, _ facet: FacetKey) {
        let sign = life == .living ? UInt8(ascii: "+") : UInt8(ascii: "-")
        key = Array(noun.utf8) + [0] + Array(place.text.utf8) + [0, sign] + Array(facet.text.utf8)
        isOfEdges = false
    }

    var prefix: [UInt8] { key + [0] }

    func member(created index: UInt64) -> [UInt8] { prefix + BigEndian.bytes(index) }

    /// The key of the count from an entry on.
    func count(at index: UInt64) -> [UInt8] { prefix + BigEndian.bytes(~index) }
}
