import OpenSSL
import Wire

/// Reads the members of one canonical object, each with its type; a fault names the member.
///
/// Canonical members are sorted, so the reader keeps its place: asked in their order, it looks at each member once.
struct MemberReader {
    private let entries: [(name: String, value: JSON)]
    private var place = 0

    init(_ object: JSON) { entries = object.members?.entries ?? [] }

    /// The value of a member; nil when there is none of that name.
    ///
    /// Any order of asking is right, theirs is fastest.
    private mutating func find(_ name: String) -> JSON? {
        while place < entries.count, entries[place].name.bytesPrecede(name) { place += 1 }
        while place > 0, !entries[place - 1].name.bytesPrecede(name) { place -= 1 }
        guard place < entries.count, entries[place].name.bytesEqual(name) else { return nil }
        return entries[place].value
    }

    mutating func value(_ name: String) throws(Malformed) -> JSON {
        guard let value = find(name) else { throw Malformed("\(name) is missing", at: 0) }
        return value
    }

    mutating func text(_ name: String) throws(Malformed) -> String { try Self.text(try value(name)) }

    mutating func position(_ name: String) throws(Malformed) -> UInt64 { try Self.position(try value(name)) }

    mutating func choice<V: RawRepresentable>(_ name: String, _ type: V.Type) throws(Malformed) -> V
    where V.RawValue == String {
        guard let choice = V(rawValue: try text(name)) else { throw Malformed("\(name) has no such value", at: 0) }
        return choice
    }

    mutating func optional<T>(_ name: String, _ read: (JSON) throws(Malformed) -> T) throws(Malformed) -> T? {
        guard let value = find(name) else { return nil }
        return try read(value)
    }

    static func text(_ value: JSON) throws(Malformed) -> String {
        guard let text = value.text else { throw Malformed("a text is expected", at: 0) }
        return text
    }

    static func integer(_ value: JSON) throws(Malformed) -> Int64 {
        guard let number = value.number else { throw Malformed("an integer is expected", at: 0) }
        return number
    }

    static func position(_ value: JSON) throws(Malformed) -> UInt64 {
        guard let number = value.number, number >= 0 else { throw Malformed("a position is expected", at: 0) }
        return UInt64(number)
    }

    static func items(_ value: JSON) throws(Malformed) -> [JSON] {
        guard let items = value.items else { throw Malformed("a list is expected", at: 0) }
        return items
    }

    static func digest(_ value: JSON) throws(Malformed) -> Digest {
        guard let digest = Digest(try Base64URL.decode(try text(value))) else {
            throw Malformed("a digest of 32 bytes is expected", at: 0)
        }
        return digest
    }
}
