import OpenSSL
import Testing

struct DigestTests {
    private let counting = [UInt8](0..<32)

    @Test(arguments: [0, 1, 31, 33, 64])
    func `only 32 bytes are a digest`(count: Int) {
        #expect(Digest([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func `a digest gives back its bytes`() throws {
        let digest = try #require(Digest(counting))
        #expect(digest.bytes == counting)
        #expect(Digest(counting.span) == digest)
        #expect(digest.description == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(Digest.zero.bytes == [UInt8](repeating: 0, count: 32))
    }

    @Test func `a single bit makes two digests differ`() throws {
        let digest = try #require(Digest(counting))
        for bit in 0..<256 {
            var changed = counting
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(Digest(changed) != digest)
        }
        #expect(Set([digest, digest, .zero]).count == 2)
    }

    @Test func `digests sort as their bytes do`() throws {
        for position in 0..<32 {
            var larger = [UInt8](repeating: 9, count: 32)
            var smaller = larger
            larger[position] = 200
            if position < 31 { smaller[position + 1] = 255 }
            let (low, high) = (try #require(Digest(smaller)), try #require(Digest(larger)))
            #expect(low < high)
            #expect(!(high < low))
            #expect(!(low < low))
        }
    }
}
