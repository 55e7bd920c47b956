/// Eight bytes at a time, as far as there are so many.
extension Span<UInt8> {
    /// The eight bytes from there on as a number, the first lowest.
    ///
    /// The bounds are looked at once, and the compiler makes one load of the eight.
    @inline(__always)
    func word(at index: Int) -> UInt64? {
        guard index >= 0, index <= count &- 8 else { return nil }
        return UInt64(self[index]) | UInt64(self[index &+ 1]) << 8
            | UInt64(self[index &+ 2]) << 16 | UInt64(self[index &+ 3]) << 24
            | UInt64(self[index &+ 4]) << 32 | UInt64(self[index &+ 5]) << 40
            | UInt64(self[index &+ 6]) << 48 | UInt64(self[index &+ 7]) << 56
    }

    /// Where the string that begins there can no longer be taken as it is, and whether all before that is ASCII.
    ///
    /// That is at a quotation mark, a backslash or a control character, or at the end.
    func plain(from start: Int) -> (end: Int, isASCII: Bool) {
        let (ones, high): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var (end, met): (Int, UInt64) = (start, 0)
        while let word = word(at: end) {
            let quote = word ^ ones &* UInt64(UInt8(ascii: "\""))
            let backslash = word ^ ones &* UInt64(UInt8(ascii: "\\"))
            // The highest bit of a byte comes from borrowing: below the blank, and where the difference from one of
            // the two is nothing. What is beyond ASCII has it from the start, and has it masked. A byte that borrows
            // may spoil those above it, so the lowest is the one that counts.
            let odd = ((word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)) & ~word & high
            if odd != 0 {
                let before = odd.trailingZeroBitCount & ~7
                return (end + before / 8, (met | word & ((1 << UInt64(before)) - 1)) & high == 0)
            }
            met |= word
            end += 8
        }
        while end < count {
            let byte = self[end]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            met |= UInt64(byte)
            end += 1
        }
        return (end, met & high == 0)
    }
}
