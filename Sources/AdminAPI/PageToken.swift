import Identity
import OpenSSL
import Wire

/// Where a page of a list begins, and of which moment the list is, as a client sends it back: opaque, and stamped by
/// this server for the one list that it belongs to.
struct PageToken: Equatable {
    /// The last index that the list sees, so that the pages of one walk stand still.
    let asOf: UInt64
    /// How many stand before the page.
    let offset: Int
    let size: Int

    /// Whoever altered one would have to guess 128 bits.
    private static let stampBytes = 16
    private static let version: UInt8 = 1
    /// Version, size, index and offset: with the stamp a multiple of three, of which every bit of the text counts.
    private static let contentBytes = 14

    init(asOf: UInt64, offset: Int, size: Int) {
        precondition((1...255).contains(size) && (0...Int(UInt32.max)).contains(offset), "pages and lists are bounded")
        (self.asOf, self.offset, self.size) = (asOf, offset, size)
    }

    /// - Parameter list: the name of what is listed; a token of another list has another stamp.
    /// - Returns: nil for what this server has not made for that list.
    init?(_ text: String, of list: String, key: [UInt8]) {
        guard let bytes = try? Base64URL.decode(text), bytes.count == Self.contentBytes + Self.stampBytes else {
            return nil
        }
        let content = Array(bytes.prefix(Self.contentBytes))
        let expected = Self.stamp(content, of: list, key: key)
        // Every byte is looked at, so that the time tells nothing of where they part.
        let difference = zip(bytes.dropFirst(Self.contentBytes), expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0, content[0] == Self.version, content[1] > 0 else { return nil }
        self.init(
            asOf: BigEndian.value(Array(content[2..<10])),
            offset: content[10..<14].reduce(0) { $0 << 8 | Int($1) },
            size: Int(content[1])
        )
    }

    func text(of list: String, key: [UInt8]) -> String {
        let start = (0..<4).reversed().map { UInt8(truncatingIfNeeded: offset >> ($0 * 8)) }
        let content = [Self.version, UInt8(size)] + BigEndian.bytes(asOf) + start
        return Base64URL.encode(content + Self.stamp(content, of: list, key: key))
    }

    private static let purpose = Array("muniment/v1/page".utf8) + [0]

    private static func stamp(_ content: [UInt8], of list: String, key: [UInt8]) -> [UInt8] {
        let stamp = HMAC256(key: key).authenticate(purpose, Array(list.utf8) + [0], content)
        return Array(stamp.bytes.prefix(stampBytes))
    }
}
