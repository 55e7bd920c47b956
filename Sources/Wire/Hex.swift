/// Bytes as pairs of lower-case hexadecimal digits.
///
/// Upper case is refused on reading, so that the same bytes never have two texts.
package enum Hex {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 0x0F))
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func decode(_ text: String) throws(Malformed) -> [UInt8] {
        let digits = text.utf8Span.span
        guard digits.count.isMultiple(of: 2) else { throw Malformed("half a byte is missing", at: digits.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in digits.indices {
            guard let value = value(digits[index]) else { throw Malformed("not a hexadecimal digit", at: index) }
            if index.isMultiple(of: 2) {
                bytes.append(value << 4)
            } else {
                bytes[index / 2] |= value
            }
        }
        return bytes
    }

    /// The digit for a value below 16.
    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
