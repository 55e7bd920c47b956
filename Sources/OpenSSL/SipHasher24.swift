/// A checksum under way over several parts, each bounded by its length.
///
/// The result is that of `SipHash24.hash` with the same parts; it differs from the hash of their concatenation.
package struct SipHasher24: Sendable {
    private var state: SipState

    /// How many words went in; the paper's last word wants it.
    private var words = 0

    init(_ state: SipState) {
        self.state = state
    }

    package mutating func update(_ part: Span<UInt8>) {
        state.absorb(UInt64(part.count))
        let tail = state.absorbWords(of: part)
        // Padding each part to whole words keeps the next one aligned. The length before it says where it ends.
        if part.count % 8 != 0 { state.absorb(tail) }
        words &+= 1 + (part.count + 7) / 8
    }

    package mutating func update(_ part: [UInt8]) {
        update(part.span)
    }

    package func finish() -> UInt64 {
        // The paper's last word: the bytes left over, of which padding leaves none, and the length modulo 256 on top.
        var state = state
        return state.finish(with: UInt64(truncatingIfNeeded: words &* 8) << 56)
    }
}
