/// Strings: RFC 8259 §7, in UTF-8 that is valid, with no half of a surrogate pair alone.
extension JSONParser {
    /// Reads from the opening quotation mark to behind the closing one.
    mutating func string() throws(Malformed) -> String {
        let start = index + 1
        let (end, _) = bytes.span.plain(from: start)
        index = end
        switch next {
        case UInt8(ascii: "\""):
            index += 1
            return try text(bytes.span.extracting(start..<end), offset: start)
        case UInt8(ascii: "\\"): return try stringWithEscapes(from: start)
        case nil: throw malformed("the string does not end")
        case .some: throw malformed("a control character in a string must be escaped")
        }
    }

    /// Goes behind a string as ``string()`` does, without making it where its letters show that it can be made.
    mutating func passString() throws(Malformed) {
        let (end, isASCII) = bytes.span.plain(from: index + 1)
        if isASCII, end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
            index = end + 1
        } else {
            _ = try string()
        }
    }

    private mutating func stringWithEscapes(from start: Int) throws(Malformed) -> String {
        var unescaped = Array(bytes[start..<index])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                // Escapes change the length, so of a fault in the bytes around them only the string is named.
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw Malformed("a string is not valid UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"): unescaped.append(contentsOf: try escape().utf8)
            case 0..<0x20: throw malformed("a control character in a string must be escaped")
            default:
                unescaped.append(byte)
                index += 1
            }
        }
        throw malformed("the string does not end")
    }

    private func text(_ span: Span<UInt8>, offset: Int) throws(Malformed) -> String {
        do {
            return String(copying: try UTF8Span(validating: span))
        } catch {
            throw Malformed("a string is not valid UTF-8", at: offset + error.byteOffsets.lowerBound)
        }
    }

    private mutating func escape() throws(Malformed) -> Unicode.Scalar {
        let start = index
        index += 1
        guard let letter = next else { throw malformed("the string does not end") }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "/") where dialect == .foreign: return "/"
        case UInt8(ascii: "u"): return try numericEscape(from: start)
        default: throw Malformed("an unknown escape", at: start)
        }
    }

    /// Reads what follows `\u`, twice for a scalar beyond the first plane.
    ///
    /// RFC 8259 §7: there an escape is a UTF-16 surrogate pair. §8.2 tells of the trouble with halves.
    private mutating func numericEscape(from start: Int) throws(Malformed) -> Unicode.Scalar {
        let unit = try fourDigits()
        if dialect == .canonical, !Self.isWrittenByNumber(unit) {
            throw Malformed("not the canonical escape", at: start)
        }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), next == UInt8(ascii: "\\") else {
            throw Malformed("half of a surrogate pair", at: start)
        }
        index += 1
        guard next == UInt8(ascii: "u") else { throw Malformed("half of a surrogate pair", at: start) }
        index += 1
        let second = try fourDigits()
        guard UTF16.isTrailSurrogate(second) else { throw Malformed("half of a surrogate pair", at: start) }
        return UTF16.decode(UTF16.EncodedScalar([unit, second]))
    }

    private mutating func fourDigits() throws(Malformed) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap(hexadecimal) else { throw malformed("four hexadecimal digits are expected") }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }

    /// RFC 8259 §7 accepts both cases, RFC 8785 §3.2.2.2 lower case only.
    private func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "F"): dialect == .foreign ? byte - UInt8(ascii: "A") + 10 : nil
        default: Hex.value(byte)
        }
    }

    /// RFC 8785 §3.2.2.2: `\u00xx` is for the control characters that have no letter.
    private static func isWrittenByNumber(_ unit: UInt16) -> Bool {
        switch unit {
        case 0x08, 0x09, 0x0A, 0x0C, 0x0D: false
        default: unit < 0x20
        }
    }
}
