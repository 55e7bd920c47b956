import OpenSSL
import Testing

struct AES256GCMTests {
    private let key = [UInt8](0..<32)
    private let nonce = [UInt8](0..<12)
    private let aad = [UInt8]("muniment".utf8)

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, cases 13, 14 and 16.
    private static let published: [(key: String, nonce: String, aad: String, plaintext: String, sealed: String)] = [
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "",
            "530f8afbc74536b9a963b4f1c4cb738b"
        ),
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 12), "",
            String(repeating: "00", count: 16),
            "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919"
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            """
            d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
            1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
            """,
            """
            522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
            8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
            76fc6ece0f4e1768cddf8853bb2d551b
            """
        ),
    ]

    @Test(arguments: published)
    func `published envelopes come out and open`(
        key: String,
        nonce: String,
        aad: String,
        plaintext: String,
        sealed: String
    ) {
        let (key, nonce, aad) = (bytes(hex: key), bytes(hex: nonce), bytes(hex: aad))
        #expect(AES256GCM.seal(bytes(hex: plaintext), key: key, nonce: nonce, aad: aad) == bytes(hex: sealed))
        #expect(AES256GCM.open(bytes(hex: sealed), key: key, nonce: nonce, aad: aad) == bytes(hex: plaintext))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1000, 100_000])
    func `what was sealed opens again`(count: Int) {
        let plaintext = [UInt8](repeating: 7, count: count)
        let sealed = AES256GCM.seal(plaintext, key: key, nonce: nonce, aad: aad)
        #expect(sealed.count == count + AES256GCM.tagBytes)
        #expect(AES256GCM.open(sealed, key: key, nonce: nonce, aad: aad) == plaintext)
    }

    @Test func `a change of any byte is noticed`() {
        let sealed = AES256GCM.seal([1, 2, 3], key: key, nonce: nonce, aad: aad)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x80
            #expect(AES256GCM.open(changed, key: key, nonce: nonce, aad: aad) == nil)
        }
        for index in key.indices {
            var other = key
            other[index] ^= 1
            #expect(AES256GCM.open(sealed, key: other, nonce: nonce, aad: aad) == nil)
        }
        for index in nonce.indices {
            var other = nonce
            other[index] ^= 1
            #expect(AES256GCM.open(sealed, key: key, nonce: other, aad: aad) == nil)
        }
        #expect(AES256GCM.open(sealed, key: key, nonce: nonce, aad: []) == nil)
        #expect(AES256GCM.open(sealed, key: key, nonce: nonce, aad: aad + [0]) == nil)
    }

    @Test func `an envelope cut short does not open`() {
        let sealed = AES256GCM.seal([1, 2, 3], key: key, nonce: nonce, aad: aad)
        for count in 0..<sealed.count {
            #expect(AES256GCM.open([UInt8](sealed.prefix(count)), key: key, nonce: nonce, aad: aad) == nil)
        }
    }

    @Test func `a key or nonce of the wrong size is a mistake of ours, and stops the process`() async {
        await #expect(processExitsWith: .failure) {
            _ = AES256GCM.seal([1], key: [UInt8](0..<16), nonce: [UInt8](0..<12), aad: [])
        }
        await #expect(processExitsWith: .failure) {
            _ = AES256GCM.open([UInt8](0..<20), key: [UInt8](0..<32), nonce: [UInt8](0..<16), aad: [])
        }
    }
}
