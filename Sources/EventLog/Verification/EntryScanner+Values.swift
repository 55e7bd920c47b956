import OpenSSL
import Wire

// The values that the format page defines, each read and judged at once.
extension EntryScanner {
    /// `[a-z][a-z0-9]{0,15}_[A-Za-z0-9_-]{1,64}`.
    func isIdentifier(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let first = range.first, alphabet.isOne(bytes[first], of: Alphabet.lower) else { return false }
        var mark = first + 1
        while mark < range.upperBound, alphabet.isOne(bytes[mark], of: Alphabet.lower | Alphabet.digit) { mark += 1 }
        guard mark < range.upperBound, bytes[mark] == UInt8(ascii: "_"), mark - first <= 16 else { return false }
        let rest = (mark + 1)..<range.upperBound
        return (1...64).contains(rest.count) && alphabet.are(bytes, rest, Alphabet.identifier)
    }

    mutating func identifier(_ bytes: Span<UInt8>) throws(Malformed) -> Range<Int> {
        let range = try string(bytes)
        guard isIdentifier(bytes, range) else { throw malformed("an identifier is expected") }
        return range
    }

    /// `platform`, `prt_…` or `tnt_…`; each is judged when it is first met.
    mutating func chain(_ bytes: Span<UInt8>) throws(Malformed) -> Int {
        let range = try string(bytes)
        let span = bytes.extracting(range)
        if let number = chains.find(span) { return number }
        let isParty =
            range.count > 4 && (isText("prt_", bytes, range.prefix(4)) || isText("tnt_", bytes, range.prefix(4)))
        guard isText("platform", bytes, range) || (isParty && isIdentifier(bytes, range)) else {
            throw malformed("a chain is platform, a partner or a tenant")
        }
        return chains.number(of: span)
    }

    /// `[a-z][a-z_]{0,31}\.[a-z][a-z_]{0,31}`.
    mutating func type(_ bytes: Span<UInt8>) throws(Malformed) -> (Range<Int>, OwnType?) {
        let range = try string(bytes)
        let span = bytes.extracting(range)
        if let number = types.find(span) { return (range, ownTypes[number]) }
        let parts = Self.copy(span).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isType =
            parts.count == 2
            && parts.allSatisfy { part in
                (1...32).contains(part.count) && part.first != UInt8(ascii: "_")
                    && part.allSatisfy { alphabet.isOne($0, of: Alphabet.lower | Alphabet.underscore) }
            }
        guard isType else { throw malformed("a type is two words with a point between") }
        let own = OwnType(rawValue: String(decoding: Self.copy(span), as: UTF8.self))
        if types.count < Self.rememberedMax {
            _ = types.number(of: span)
            ownTypes.append(own)
        }
        return (range, own)
    }

    /// Words of `[a-z][a-z0-9_]*` joined by points.
    mutating func endpoint(_ bytes: Span<UInt8>) throws(Malformed) {
        let range = try string(bytes)
        let span = bytes.extracting(range)
        if endpoints.find(span) != nil { return }
        let words = Self.copy(span).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isEndpoint = words.allSatisfy { word in
            word.first.map { alphabet.isOne($0, of: Alphabet.lower) } ?? false
                && word.allSatisfy { alphabet.isOne($0, of: Alphabet.lower | Alphabet.digit | Alphabet.underscore) }
        }
        guard isEndpoint else { throw malformed("an endpoint is words joined by points") }
        if endpoints.count < Self.rememberedMax { _ = endpoints.number(of: span) }
    }

    mutating func address(_ bytes: Span<UInt8>) throws(Malformed) {
        let range = try string(bytes)
        let span = bytes.extracting(range)
        if addresses.find(span) != nil { return }
        let text = String(decoding: Self.copy(span), as: UTF8.self)
        guard let address = IPAddress(text), address.text.bytesEqual(text) else {
            throw malformed("an address in RFC 5952 form is expected")
        }
        if addresses.count < Self.rememberedMax { _ = addresses.number(of: span) }
    }

    /// `[a-z][a-z0-9_]{0,63}`.
    mutating func code(_ bytes: Span<UInt8>) throws(Malformed) -> Range<Int> {
        let range = try string(bytes)
        guard let first = range.first, range.count <= 64, alphabet.isOne(bytes[first], of: Alphabet.lower),
            alphabet.are(bytes, range, Alphabet.lower | Alphabet.digit | Alphabet.underscore)
        else { throw malformed("a code is a word") }
        return range
    }

    /// A text of 1 byte to a bound, measured without its escapes.
    @discardableResult
    mutating func text(_ bytes: Span<UInt8>, bytesMax: Int) throws(Malformed) -> Range<Int> {
        let range = try string(bytes)
        guard !range.isEmpty, (isPlain ? range.count : unescapedCount(bytes, range)) <= bytesMax else {
            throw malformed("a text of 1 to \(bytesMax) bytes is expected")
        }
        return range
    }

    private func unescapedCount(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var (count, place) = (0, range.lowerBound)
        while place < range.upperBound {
            let isEscape = bytes[place] == UInt8(ascii: "\\") && place + 1 < range.upperBound
            place += isEscape ? (bytes[place + 1] == UInt8(ascii: "u") ? 6 : 2) : 1
            count += 1
        }
        return count
    }

    mutating func batch(_ bytes: Span<UInt8>) throws(Malformed) -> Entry.Batch {
        try pass(UInt8(ascii: "["), bytes)
        let position = try integer(bytes)
        try pass(UInt8(ascii: ","), bytes)
        let count = try integer(bytes)
        try pass(UInt8(ascii: "]"), bytes)
        guard (2...Int64(Entry.Batch.countMax)).contains(count), (1...count).contains(position) else {
            throw malformed("batch is [k, n] with 1 ≤ k ≤ n and 2 ≤ n ≤ \(Entry.Batch.countMax)")
        }
        return Entry.Batch(position: Int(position), count: Int(count))
    }

    /// `evt_` and 22 characters of base64url, which are 16 bytes and four zero bits.
    mutating func eventID(_ bytes: Span<UInt8>) throws(Malformed) -> UInt128 {
        let range = try string(bytes)
        guard range.count == 26, isText("evt_", bytes, range.prefix(4)) else {
            throw malformed("id is evt_ and 16 bytes in base64url")
        }
        var (high, low): (UInt64, UInt64) = (0, 0)
        var odd: UInt8 = 0
        // Eleven letters are 66 bits: the first ten of each half and what is left are put together afterwards.
        for place in (range.lowerBound + 4)..<(range.lowerBound + 14) {
            let value = alphabet.value(bytes[place])
            odd |= value
            high = high << 6 | UInt64(value)
        }
        var middle: UInt64 = 0
        for place in (range.lowerBound + 14)..<(range.lowerBound + 16) {
            let value = alphabet.value(bytes[place])
            odd |= value
            middle = middle << 6 | UInt64(value)
        }
        for place in (range.lowerBound + 16)..<(range.lowerBound + 26) {
            let value = alphabet.value(bytes[place])
            odd |= value
            low = low << 6 | UInt64(value)
        }
        guard odd < 64, low & 15 == 0 else { throw malformed("id is evt_ and 16 bytes in base64url") }
        return UInt128(high) << 68 | UInt128(middle) << 56 | UInt128(low >> 4)
    }

    /// 32 bytes as 43 characters of base64url, the last of which carries two zero bits.
    mutating func digest(_ bytes: Span<UInt8>) throws(Malformed) -> Digest {
        let range = try string(bytes)
        guard range.count == 43 else { throw malformed("32 bytes in base64url are expected") }
        var decoded: [32 of UInt8] = .init(repeating: 0)
        var (bits, odd): (UInt32, UInt8) = (0, 0)
        var (place, target) = (range.lowerBound, 0)
        while target < 30 {
            let (a, b) = (alphabet.value(bytes[place]), alphabet.value(bytes[place + 1]))
            let (c, d) = (alphabet.value(bytes[place + 2]), alphabet.value(bytes[place + 3]))
            odd |= a | b | c | d
            bits = UInt32(a) << 18 | UInt32(b) << 12 | UInt32(c) << 6 | UInt32(d)
            decoded[target] = UInt8(truncatingIfNeeded: bits >> 16)
            decoded[target + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            decoded[target + 2] = UInt8(truncatingIfNeeded: bits)
            place += 4
            target += 3
        }
        let (a, b, c) = (
            alphabet.value(bytes[place]), alphabet.value(bytes[place + 1]), alphabet.value(bytes[place + 2])
        )
        odd |= a | b | c
        guard odd < 64, c & 3 == 0 else { throw malformed("32 bytes in base64url are expected") }
        bits = UInt32(a) << 10 | UInt32(b) << 4 | UInt32(c) >> 2
        decoded[30] = UInt8(truncatingIfNeeded: bits >> 8)
        decoded[31] = UInt8(truncatingIfNeeded: bits)
        return Digest(decoded.span)
    }

    func isText(_ text: String, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let wanted = text.utf8Span.span
        guard wanted.count == range.count else { return false }
        for offset in wanted.indices where bytes[range.lowerBound + offset] != wanted[offset] { return false }
        return true
    }

    static func copy(_ span: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(span.count)
        for place in span.indices { bytes.append(span[place]) }
        return bytes
    }
}
