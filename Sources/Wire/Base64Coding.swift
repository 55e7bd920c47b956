/// The work common to both alphabets of RFC 4648: three bytes are four characters of six bits.
struct Base64Coding {
    static let standard = Base64Coding(character62: UInt8(ascii: "+"), character63: UInt8(ascii: "/"), isPadded: true)
    static let url = Base64Coding(character62: UInt8(ascii: "-"), character63: UInt8(ascii: "_"), isPadded: false)

    private let character62: UInt8
    private let character63: UInt8
    private let isPadded: Bool

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

    func decode(_ text: String) throws(Malformed) -> [UInt8] {
        let characters = text.utf8Span.span
        let end = isPadded ? try endWithoutPadding(characters) : characters.count
        // One character is six bits: too few for a byte.
        guard end % 4 != 1 else { throw Malformed("a character is missing", at: characters.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end / 4 * 3 + 2)
        var (bits, bitCount): (UInt32, Int) = (0, 0)
        for index in 0..<end {
            guard let value = value(of: characters[index]) else { throw Malformed("not a base64 character", at: index) }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
                bits &= (1 << UInt32(bitCount)) - 1
            }
        }
        guard bits == 0 else { throw Malformed("the last character carries bits of no byte", at: end - 1) }
        return bytes
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
            out.append(character(UInt8(group >> (18 - 6 * position) & 0x3F)))
        }
    }

    private func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: character62
        default: character63
        }
    }

    private func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case character62: 62
        case character63: 63
        default: nil
        }
    }
}
