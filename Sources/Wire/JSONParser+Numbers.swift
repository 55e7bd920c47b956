/// Numbers: the grammar of RFC 8259 §6.
extension JSONParser {
    /// More digits than 2^53−1 has cannot be an exact integer, and sixteen cannot overflow 64 bits.
    private static let exactDigitsMax = 16

    mutating func number() throws(Malformed) -> JSON {
        let start = index
        let isNegative = skip(UInt8(ascii: "-"))
        let firstDigit = index
        var magnitude: Int64 = 0
        if !skip(UInt8(ascii: "0")) {
            while let byte = next, byte.isDigit {
                if index - firstDigit < Self.exactDigitsMax {
                    magnitude = magnitude * 10 + Int64(byte - UInt8(ascii: "0"))
                }
                index += 1
            }
            guard index > firstDigit else { throw malformed("a digit is expected") }
        }
        let isShort = index - firstDigit <= Self.exactDigitsMax
        let hasMore = try fractionAndExponent()
        let isNegativeZero = isNegative && magnitude == 0
        let value = isNegative ? -magnitude : magnitude
        if isShort, !hasMore, !isNegativeZero, JSON.exactIntegers.contains(value) { return .integer(value) }
        switch dialect {
        case .foreign: return .decimal(String(decoding: bytes[start..<index], as: UTF8.self))
        case .canonical: throw Malformed("only plain integers up to 2^53-1 are kept", at: start)
        }
    }

    private mutating func fractionAndExponent() throws(Malformed) -> Bool {
        let start = index
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        return index > start
    }

    private mutating func digits() throws(Malformed) {
        let start = index
        while let byte = next, byte.isDigit {
            index += 1
        }
        guard index > start else { throw malformed("a digit is expected") }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }
}
