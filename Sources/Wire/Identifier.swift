/// The name by which something is known for ever, such as `tnt_4fzO9cYyR0mCqCYrN5v8gA`.
///
/// The kind makes a tenant's identifier and a user's two different types, and its prefix makes them two different
/// texts.
package struct Identifier<Kind: Prefixed>: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest part behind the prefix: identifiers are parts of keys and addresses.
    package static var suffixBytesMax: Int { 64 }

    /// The random bytes of an identifier we make: 128 bits meet by accident never.
    package static var randomBytes: Int { 16 }
    /// What they become in base64url.
    private static var randomCharacters: Int { 22 }

    package let text: String

    /// The identifier written so: the kind's prefix, an underscore and 1 to 64 of `[A-Za-z0-9_-]`.
    package init?(_ text: String) {
        let (bytes, prefix) = (text.utf8.span, Kind.prefix.utf8.span)
        let start = prefix.count + 1
        guard bytes.count > start, bytes.count - start <= Self.suffixBytesMax else { return nil }
        for index in prefix.indices where bytes[index] != prefix[index] {
            return nil
        }
        guard bytes[prefix.count] == UInt8(ascii: "_") else { return nil }
        for index in start..<bytes.count where !Self.isAllowed(bytes[index]) {
            return nil
        }
        self.text = text
    }

    /// A new identifier: 16 random bytes, drawn by the caller, as 22 characters.
    package init(random bytes: [UInt8]) {
        precondition(bytes.count == Self.randomBytes, "an identifier is made of 16 random bytes, or it could repeat")
        var text: [UInt8] = []
        text.reserveCapacity(Kind.prefix.utf8.count + 1 + Self.randomCharacters)
        text.append(contentsOf: Kind.prefix.utf8)
        text.append(UInt8(ascii: "_"))
        Base64URL.append(bytes, to: &text)
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// What a numbered identifier is drawn from.
    package static var numberBytes: Int { 8 }
    /// Those of 17 digits, of which the first is not 0.
    private static var numbers: Range<UInt64> { 10_000_000_000_000_000..<100_000_000_000_000_000 }

    /// A new identifier in digits: 8 random bytes, drawn by the caller, as a number of 17.
    ///
    /// Of 2^64 draws no number comes up more than half a percent more often than another. Two may meet, in a hundred
    /// million with the chance of one in twenty: whoever registers one asks whether it is taken.
    package init(numberedBy bytes: [UInt8]) {
        precondition(bytes.count == Self.numberBytes, "a number is made of 8 random bytes, or some would come up often")
        let drawn = bytes.reduce(0) { $0 << 8 | UInt64($1) }
        text = "\(Kind.prefix)_\(Self.numbers.lowerBound + drawn % UInt64(Self.numbers.count))"
    }

    package var description: String { text }

    // Equality and hash are those of `String`: the text is ASCII, for which Swift compares bytes.
    package static func < (left: Identifier, right: Identifier) -> Bool {
        left.text.bytesPrecede(right.text)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// What an identifier names: a tenant, a user, an entry.
package protocol Prefixed: SendableMetatype {
    /// The letters before the underscore, such as `tnt`.
    static var prefix: String { get }
}
