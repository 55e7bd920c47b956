/// A short keyed checksum: 64 bits that a row on disk cannot be changed against without the key.
///
/// SipHash-2-4 of Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). It tells damage and tampering from
/// health at memory speed; where strangers must be convinced, a `Digest` is used instead.
package struct SipHash24: Sendable {
    private let first: UInt64
    private let second: UInt64

    package init(key: (UInt64, UInt64)) {
        (first, second) = key
    }

    /// Takes the 16 bytes of a key as the paper does, each half little-endian.
    package init(key16: [UInt8]) {
        precondition(key16.count == 16, "a SipHash key is 16 bytes by the format of whoever made it")
        var halves: [UInt64] = [0, 0]
        for (index, byte) in key16.enumerated() { halves[index / 8] |= UInt64(byte) << (index % 8 * 8) }
        self.init(key: (halves[0], halves[1]))
    }

    /// SipHash-2-4 of the bytes, exactly as the paper has it.
    package func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var state = SipState(first, second)
        let tail = state.absorbWords(of: bytes)
        return state.finish(with: tail | UInt64(truncatingIfNeeded: bytes.count) << 56)
    }

    package func hash(_ bytes: [UInt8]) -> UInt64 {
        hash(bytes.span)
    }

    /// SipHash-2-4 of the parts, each as its length in eight little-endian bytes, itself, and zeros to a multiple of
    /// eight: ("ab", "c") and ("a", "bc") are different.
    package func hash(_ first: [UInt8], _ second: [UInt8], _ rest: [UInt8]...) -> UInt64 {
        var hasher = makeHasher()
        hasher.update(first)
        hasher.update(second)
        for part in rest { hasher.update(part) }
        return hasher.finish()
    }

    /// For parts that come one after the other, or lie in spans.
    ///
    /// A copy of the hasher goes its own way, so what many rows have in common, such as their table, is hashed once.
    package func makeHasher() -> SipHasher24 {
        SipHasher24(SipState(first, second))
    }
}
