extension OutputSpan<UInt8> {
    /// Appends a text as it stands, and says whether it may not stand so in JSON.
    ///
    /// Next to no text has anything to escape, so all are copied and looked at in one go, without a branch. The memory
    /// is filled first: what may be written anywhere is written sixteen bytes at a time.
    ///
    /// - Precondition: nothing stands here yet.
    /// - Returns: a byte whose highest bit is set when something in the text must be escaped.
    mutating func copy(_ text: Span<UInt8>) -> UInt8 {
        append(repeating: 0, count: text.count)
        var target = mutableSpan
        precondition(target.count == text.count, "a text is copied to where nothing stands yet")
        var odd: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            let (quote, backslash) = (byte ^ UInt8(ascii: "\""), byte ^ UInt8(ascii: "\\"))
            // The highest bit comes from borrowing: below the blank, and where the difference from one of the two is
            // nothing. What is beyond ASCII has it from the start, and has it masked.
            odd |= ((byte &- 0x20) | (quote &- 1) | (backslash &- 1)) & ~byte
            target[index] = byte
        }
        return odd
    }
}

/// Strings and numbers as RFC 8785 writes them.
extension [UInt8] {
    /// Appends a quotation mark, the text, escaped where it must be, and a quotation mark; behind a name a colon too.
    mutating func appendQuoted(_ text: String, isName: Bool) {
        append(UInt8(ascii: "\""))
        let (source, start) = (text.utf8.span, count)
        var odd: UInt8 = 0
        append(addingCapacity: source.count + 2) { out in
            odd = out.copy(source)
            out.append(UInt8(ascii: "\""))
            if isName { out.append(UInt8(ascii: ":")) }
        }
        guard odd >= 0x80 else { return }
        removeSubrange(start...)
        for byte in text.utf8 { appendEscaped(byte) }
        append(UInt8(ascii: "\""))
        if isName { append(UInt8(ascii: ":")) }
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
