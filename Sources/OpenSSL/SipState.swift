/// The four words of a SipHash-2-4 under way, and the steps of the paper's §2 on them.
struct SipState: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    init(_ k0: UInt64, _ k1: UInt64) {
        v0 = k0 ^ 0x736f_6d65_7073_6575
        v1 = k1 ^ 0x646f_7261_6e64_6f6d
        v2 = k0 ^ 0x6c79_6765_6e65_7261
        v3 = k1 ^ 0x7465_6462_7974_6573
    }

    /// Absorbs every whole word, and gives back what is left over as a word filled up with zeros.
    mutating func absorbWords(of bytes: Span<UInt8>) -> UInt64 {
        let (count, whole) = (bytes.count, bytes.count & ~7)
        return unsafe bytes.withUnsafeBytes { raw in
            // A copy stays in registers from word to word; the state itself would go through memory.
            var (state, offset) = (self, 0)
            while offset < whole {
                state.absorb(UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset &+= 8
            }
            self = state
            guard whole < count else { return 0 }
            var tail: UInt64 = 0
            if count < 8 {
                for index in 0..<count { tail |= UInt64(unsafe raw[index]) &<< UInt64(index &* 8) }
            } else {
                // The last eight bytes, without those that were absorbed: one load where bytes would be many steps.
                tail = UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
                tail &>>= UInt64((whole + 8 - count) * 8)
            }
            return tail
        }
    }

    @inline(__always)
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    mutating func finish(with lastWord: UInt64) -> UInt64 {
        absorb(lastWord)
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 &+= v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 &+= v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 &+= v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }
}
