import OpenSSL
import Wire

/// Reads the members of one JSON object, each with its type; a fault names the member.
struct MemberReader {
    private let object: JSON

    init(_ object: JSON) { self.object = object }

    func value(_ name: String) throws(Malformed) -> JSON {
        guard let value = object[name] else { throw Malformed("\(name) is missing", at: 0) }
        return value
    }

    func text(_ name: String) throws(Malformed) -> String { try Self.text(try value(name)) }

    func position(_ name: String) throws(Malformed) -> UInt64 { try Self.position(try value(name)) }

    func choice<V: RawRepresentable>(_ name: String, _ type: V.Type) throws(Malformed) -> V where V.RawValue == String {
        guard let choice = V(rawValue: try text(name)) else { throw Malformed("\(name) has no such value", at: 0) }
        return choice
    }

    func optional<T>(_ name: String, _ read: (JSON) throws(Malformed) -> T) throws(Malformed) -> T? {
        guard let value = object[name] else { return nil }
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

    static func digest(_ value: JSON) throws(Malformed) -> Digest {
        guard let digest = Digest(try Base64URL.decode(try text(value))) else {
            throw Malformed("a digest of 32 bytes is expected", at: 0)
        }
        return digest
    }
}
