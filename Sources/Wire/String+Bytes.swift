/// Comparison of texts by their UTF-8 bytes, where Swift's own would follow Unicode equivalence.
extension String {
    /// Whether both texts are the same bytes.
    package func bytesEqual(_ other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] {
            return false
        }
        return true
    }

    /// Whether this text sorts before the other by UTF-8 bytes, which is also the order of code points.
    package func bytesPrecede(_ other: String) -> Bool {
        precedes(other) { $0 }
    }

    /// Whether this text sorts before the other by UTF-16 code units, the order of RFC 8785 §3.2.3.
    ///
    /// It differs from the order of code points in one place only: those from U+10000 on are written with surrogates
    /// (D800 to DFFF), hence sort below U+E000 to U+FFFF, although they are larger. In UTF-8 the former begin with F0
    /// to F4 and the latter with EE and EF, so lifting EE and EF above F4 turns one order into the other.
    package func utf16Precedes(_ other: String) -> Bool {
        precedes(other) { $0 == 0xEE || $0 == 0xEF ? $0 + 0x10 : $0 }
    }

    private func precedes(_ other: String, rank: (UInt8) -> UInt8) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return rank(left[index]) < rank(right[index])
        }
        return left.count < right.count
    }
}
