/// Strings and numbers as RFC 8785 writes them.
extension [UInt8] {
    /// Appends the text between quotation marks, escaping only what must be.
    ///
    /// Next to no text has anything to escape, so all are copied and looked at in one go, without a branch.
    mutating func appendQuoted(_ text: String) {
        let (source, start) = (text.utf8Span.span, count)
        var odd: UInt8 = 0
        append(addingCapacity: source.count + 2) { out in
            out.append(UInt8(ascii: "\""))
            for index in source.indices {
                let byte = source[index]
                let (quote, backslash) = (byte ^ UInt8(ascii: "\""), byte ^ UInt8(ascii: "\\"))
                // The highest bit comes from borrowing: below the blank, and where the difference from one of the two
                // is nothing. What is beyond ASCII has it from the start, and has it masked.
                odd |= ((byte &- 0x20) | (quote &- 1) | (backslash &- 1)) & ~byte
                out.append(byte)
            }
            out.append(UInt8(ascii: "\""))
        }
        guard odd >= 0x80 else { return }
        removeSubrange((start + 1)...)
        for byte in text.utf8 { appendEscaped(byte) }
        append(UInt8(ascii: "\""))
    }

    /// Appends one byte of a text, escaped if it must be.
    ///
    /// RFC 8785 §3.2.2.2: five control characters have letters, the others lower-case `\u00xx`; then `"` and `\`.
    /// Everything else, U+007F and U+2028 included, stands as it is.
    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case 0x08: appendEscape(UInt8(ascii: "b"))
        case 0x09: appendEscape(UInt8(ascii: "t"))
        case 0x0A: appendEscape(UInt8(ascii: "n"))
        case 0x0C: appendEscape(UInt8(ascii: "f"))
        case 0x0D: appendEscape(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendEscape(byte)
        case 0..<0x20:
            append(contentsOf: "\\u00".utf8)
            append(Hex.digit(byte >> 4))
            append(Hex.digit(byte & 0x0F))
        default: append(byte)
        }
    }

    private mutating func appendEscape(_ letter: UInt8) {
        append(UInt8(ascii: "\\"))
        append(letter)
    }

    /// Appends the number with no leading zero, no plus sign and no negative zero.
    mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var (low, rest) = (count, value.magnitude)
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        // The digits came out last first.
        var high = count - 1
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
