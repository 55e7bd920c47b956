/// The work common to both alphabets of RFC 4648: three bytes are four characters of six bits.
struct Base64Coding {
    static let standard = Base64Coding(character62: UInt8(ascii: "+"), character63: UInt8(ascii: "/"), isPadded: true)
    static let url = Base64Coding(character62: UInt8(ascii: "-"), character63: UInt8(ascii: "_"), isPadded: false)

    /// What is no character's value.
    private static let none: UInt8 = 0xFF

    /// The character of each value, and the value of each byte: tables, because texts in base64 are random, and a
    /// processor guesses the branches of a comparison wrong half of the time.
    private let characters: [UInt8]
    private let values: [UInt8]
    private let isPadded: Bool
    private let character62: UInt8
    private let character63: UInt8

    private init(character62: UInt8, character63: UInt8, isPadded: Bool) {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        characters = Array(letters.utf8) + [character62, character63]
        var values = [UInt8](repeating: Self.none, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
        self.character62 = character62
        self.character63 = character63
    }

    func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        let source = bytes.span
        text.append(addingCapacity: (source.count + 2) / 3 * 4) { out in
            var index = 0
            while index + 3 <= source.count {
                let group = UInt32(source[index]) << 16 | UInt32(source[index + 1]) << 8 | UInt32(source[index + 2])
                append(group, characters: 4, to: &out)
                index += 3
            }
            switch source.count - index {
            case 2:
                append(UInt32(source[index]) << 16 | UInt32(source[index + 1]) << 8, characters: 3, to: &out)
                if isPadded { out.append(UInt8(ascii: "=")) }
            case 1:
                append(UInt32(source[index]) << 16, characters: 2, to: &out)
                if isPadded { out.append(repeating: UInt8(ascii: "="), count: 2) }
            default: break
            }
        }
    }

    func decode(_ text: String) throws(Malformed) -> [UInt8] { try decode(text.utf8Span.span) }

    func decode(_ characters: Span<UInt8>) throws(Malformed) -> [UInt8] {
        let end = isPadded ? try endWithoutPadding(characters) : characters.count
        // One character is six bits: too few for a byte.
        guard end % 4 != 1 else { throw Malformed("a character is missing", at: characters.count) }
        var (met, rest): (UInt8, UInt32) = (0, 0)
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: end * 3 / 4) { out in
            var (index, bitCount): (Int, UInt32) = (0, 0)
            while index + 4 <= end {
                let (a, b) = (values[Int(characters[index])], values[Int(characters[index + 1])])
                let (c, d) = (values[Int(characters[index + 2])], values[Int(characters[index + 3])])
                met |= a | b | c | d
                let bits = UInt32(a) << 18 | UInt32(b) << 12 | UInt32(c) << 6 | UInt32(d)
                out.append(UInt8(truncatingIfNeeded: bits >> 16))
                out.append(UInt8(truncatingIfNeeded: bits >> 8))
                out.append(UInt8(truncatingIfNeeded: bits))
                index += 4
            }
            while index < end {
                let value = values[Int(characters[index])]
                met |= value
                rest = rest << 6 | UInt32(value)
                bitCount += 6
                index += 1
                guard bitCount >= 8 else { continue }
                bitCount -= 8
                out.append(UInt8(truncatingIfNeeded: rest >> bitCount))
                rest &= (1 << bitCount) - 1
            }
        }
        guard met < 64 else {
            let place = (0..<end).first { values[Int(characters[$0])] == Self.none } ?? end
            throw Malformed("not a base64 character", at: place)
        }
        guard rest == 0 else { throw Malformed("the last character carries bits of no byte", at: end - 1) }
        return bytes
    }

    /// Whether these are the characters of some bytes, as ``decode(_:)`` takes them, without padding.
    func isText(_ characters: Span<UInt8>) -> Bool {
        var (index, met): (Int, UInt8) = (0, 0)
        while let word = characters.word(at: index) {
            guard isText(word) else { return false }
            index += 8
        }
        for index in index..<characters.count { met |= values[Int(characters[index])] }
        guard met < 64, let last = characters.indices.last else { return characters.isEmpty }
        // The last character carries bits of no byte where one or two bytes are left over, which must be zero.
        return switch characters.count % 4 {
        case 1: false
        case 2: values[Int(characters[last])] & 0x0F == 0
        case 3: values[Int(characters[last])] & 0x03 == 0
        default: true
        }
    }

    /// Whether eight bytes are characters of the alphabet, all looked at at once.
    private func isText(_ word: UInt64) -> Bool {
        let (ones, high): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        guard word & high == 0 else { return false }
        // The highest bit of each byte that is within the two: of ASCII, neither difference borrows from its neighbour.
        func places(_ word: UInt64, from first: UInt8, to last: UInt8) -> UInt64 {
            ((word | high) &- ones &* UInt64(first)) & ((ones &* UInt64(last) | high) &- word) & high
        }
        // Capital letters are the small ones without this bit, and nothing else becomes a small letter by it.
        let letters = places(word | ones &* 0x20, from: UInt8(ascii: "a"), to: UInt8(ascii: "z"))
        let digits = places(word, from: UInt8(ascii: "0"), to: UInt8(ascii: "9"))
        let others = places(word, from: character62, to: character62) | places(word, from: character63, to: character63)
        return letters | digits | others == high
    }

    private func endWithoutPadding(_ characters: Span<UInt8>) throws(Malformed) -> Int {
        guard characters.count.isMultiple(of: 4) else { throw Malformed("the padding is wrong", at: characters.count) }
        var end = characters.count
        while end > 0, characters.count - end < 2, characters[end - 1] == UInt8(ascii: "=") {
            end -= 1
        }
        return end
    }

    private func append(_ group: UInt32, characters: UInt32, to out: inout OutputSpan<UInt8>) {
        for position in 0..<characters {
            out.append(self.characters[Int(group >> (18 - 6 * position) & 0x3F)])
        }
    }
}
