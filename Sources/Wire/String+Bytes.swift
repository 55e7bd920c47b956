/// Comparison of texts by their UTF-8 bytes, where Swift's own would follow Unicode equivalence.
extension String {
    /// Whether both texts are the same bytes.
    package func bytesEqual(_ other: String) -> Bool {
        // Most differ in length, which costs nothing to ask.
        guard utf8.count == other.utf8.count else { return false }
        let (left, right) = (utf8.span, other.utf8.span)
        for index in left.indices where left[index] != right[index] {
            return false
        }
        return true
    }

    /// Whether this text sorts before the other by UTF-8 bytes, which is also the order of code points.
    package func bytesPrecede(_ other: String) -> Bool {
        let (left, right) = (utf8.span, other.utf8.span)
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }

    /// Whether this text sorts before the other by UTF-16 code units, the order of RFC 8785 §3.2.3.
    package func utf16Precedes(_ other: String) -> Bool {
        utf8.span.utf16Order(other.utf8.span) < 0
    }
}

extension Span<UInt8> {
    /// Below zero when this UTF-8 text sorts before the other by UTF-16 code units, zero when they are the same.
    ///
    /// It differs from the order of code points in one place only: those from U+10000 on are written with surrogates
    /// (D800 to DFFF), hence sort below U+E000 to U+FFFF, although they are larger. In UTF-8 the former begin with F0
    /// to F4 and the latter with EE and EF, so lifting EE and EF above F4 turns one order into the other.
    func utf16Order(_ other: Span<UInt8>) -> Int {
        for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
            return Self.rank(self[index]) - Self.rank(other[index])
        }
        return count - other.count
    }

    private static func rank(_ byte: UInt8) -> Int { byte == 0xEE || byte == 0xEF ? Int(byte) + 0x10 : Int(byte) }
}
