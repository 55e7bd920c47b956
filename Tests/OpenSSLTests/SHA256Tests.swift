import OpenSSL
import Testing

struct SHA256Tests {
    /// FIPS 180-4 examples.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func `known messages have known digests`(message: String, expected: String) {
        let message = [UInt8](message.utf8)
        #expect(SHA256Hash.hash(message).description == expected)
        #expect(SHA256Hash.hash(message.span).description == expected)
    }

    @Test func `parts hash as their concatenation`() throws {
        let (left, right) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        let whole = SHA256Hash.hash([1] + left + right)
        #expect(SHA256Hash.hash([1], left, right) == whole)
        #expect(SHA256Hash.hash(prefix: 1, left + right) == whole)
        #expect(SHA256Hash.hash(prefix: 1, (left + right).span) == whole)
        #expect(SHA256Hash.hash(prefix: 1, try #require(Digest(left)), try #require(Digest(right))) == whole)
        #expect(SHA256Hash.hash() == SHA256Hash.hash([]))
    }

    @Test func `wherever a message is cut its digest is the same`() {
        let message = [UInt8](0..<200)
        for cut in message.indices {
            var hasher = Hasher256()
            hasher.update([UInt8](message[..<cut]))
            for byte in message[cut...] { hasher.update(byte) }
            #expect(hasher.digest() == SHA256Hash.hash(message))
        }
    }

    @Test func `a copied hasher goes its own way`() {
        var common = Hasher256()
        common.update([1, 2])
        var branch = common
        branch.update([3].span)
        #expect(branch.digest() == SHA256Hash.hash([1, 2, 3]))
        #expect(common.digest() == SHA256Hash.hash([1, 2]))
        branch.update(.zero)
        #expect(branch.digest() == SHA256Hash.hash([1, 2, 3], Digest.zero.bytes))
    }
}
