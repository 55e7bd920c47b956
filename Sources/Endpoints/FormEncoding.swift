package import Wire

/// How text is written in a form or a query: `+` for a space, `%2B` for a plus.
package enum FormEncoding {
    /// The text that was encoded.
    ///
    /// Strict: an incomplete `%` sequence or bytes that are not UTF-8 are refused, because two readers that mend them
    /// differently are how a value slips past one of them.
    package static func decode(_ encoded: some Collection<UInt8>) throws(Malformed) -> String {
        guard encoded.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "%") }) else {
            // As most are: nothing is encoded.
            return try text(of: encoded)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
                    throw Malformed("% is not followed by two hexadecimal digits", at: bytes.count)
                }
                bytes.append(high << 4 | low)
            default:
                bytes.append(byte)
            }
        }
        return try text(of: bytes)
    }

    private static func text(of bytes: some Collection<UInt8>) throws(Malformed) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed("not UTF-8", at: 0) }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
