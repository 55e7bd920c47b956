import OpenSSL
import Wire

/// Reads the members of an entry's `data`, each with its type; a fault names the member.
struct MemberReader {
    private let members: Members

    init(_ members: Members) { self.members = members }

    func text(_ name: String) throws(Malformed) -> String {
        guard let text = members[name]?.text else { throw Malformed("\(name) is a text", at: 0) }
        return text
    }

    func position(_ name: String) throws(Malformed) -> UInt64 {
        guard let number = members[name]?.number, number >= 0 else { throw Malformed("\(name) is a position", at: 0) }
        return UInt64(number)
    }

    func digest(_ name: String) throws(Malformed) -> Digest {
        guard let digest = Digest(try Base64URL.decode(try text(name))) else {
            throw Malformed("\(name) is a digest of 32 bytes", at: 0)
        }
        return digest
    }
}
