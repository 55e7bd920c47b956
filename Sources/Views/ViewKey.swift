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

    static func count(_ noun: String, _ membership: Membership) -> [UInt8] {
        Array(noun.utf8) + [0] + Array(membership.text.utf8)
    }

    static func counts(_ noun: String, _ membership: Membership) -> [UInt8] { count(noun, membership) + [0] }

    static func count(_ noun: String, _ membership: Membership, at index: UInt64) -> [UInt8] {
        counts(noun, membership) + BigEndian.bytes(~index)
    }

    static func members(_ noun: String, _ membership: Membership) -> [UInt8] { count(noun, membership) + [0] }

    static func member(_ noun: String, _ membership: Membership, created index: UInt64) -> [UInt8] {
        members(noun, membership) + BigEndian.bytes(index)
    }

    static func slug(_ noun: String, _ slug: String) -> [UInt8] { Array(noun.utf8) + [0] + Array(slug.utf8) }

    static func secret(_ key: String, _ mac: String) -> [UInt8] { Array(key.utf8) + [0] + Array(mac.utf8) }

    static func erasable(_ dataKey: String) -> [UInt8] { Array(dataKey.utf8) + [0] }

    static func erasable(_ dataKey: String, _ table: ViewTable, _ key: [UInt8]) -> [UInt8] {
        erasable(dataKey) + [UInt8(table.rawValue)] + key
    }
}
