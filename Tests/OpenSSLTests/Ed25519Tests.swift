import OpenSSL
import Testing

struct Ed25519Tests {
    /// RFC 8032 §7.1, tests 1 to 3.
    private static let published: [(seed: String, publicKey: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            """
            e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
            5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
            """
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            """
            92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
            085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
            """
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            """
            6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac
            18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
            """
        ),
    ]

    @Test(arguments: published)
    func `the signatures of RFC 8032 come out and are accepted`(
        seed: String,
        publicKey: String,
        message: String,
        signature: String
    ) throws {
        let key = try Ed25519Key(seed: bytes(hex: seed))
        #expect(key.seed == bytes(hex: seed))
        #expect(key.publicKey == bytes(hex: publicKey))
        #expect(key.sign(bytes(hex: message)) == bytes(hex: signature))
        #expect(
            Ed25519.verify(signature: bytes(hex: signature), message: bytes(hex: message), publicKey: key.publicKey)
        )
    }

    @Test func `a new key is another each time`() {
        #expect(Ed25519Key().seed != Ed25519Key().seed)
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a seed of another size is refused`(count: Int) {
        #expect(throws: CryptoFault.self) { try Ed25519Key(seed: [UInt8](repeating: 1, count: count)) }
    }

    @Test func `a change anywhere is noticed`() throws {
        let key = try Ed25519Key(seed: [UInt8](0..<32))
        let message: [UInt8] = [1, 2, 3]
        let signature = key.sign(message)
        #expect(Ed25519.verify(signature: signature, message: message, publicKey: key.publicKey))
        #expect(!Ed25519.verify(signature: signature, message: message + [0], publicKey: key.publicKey))
        #expect(!Ed25519.verify(signature: signature, message: message, publicKey: Ed25519Key().publicKey))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!Ed25519.verify(signature: changed, message: message, publicKey: key.publicKey))
        }
    }

    @Test func `a key or signature of the wrong size is refused`() throws {
        let key = try Ed25519Key(seed: [UInt8](0..<32))
        let signature = key.sign([])
        for count in [0, 31, 33] {
            let other = [UInt8](repeating: 1, count: count)
            #expect(!Ed25519.verify(signature: signature, message: [], publicKey: other))
        }
        #expect(!Ed25519.verify(signature: [], message: [], publicKey: key.publicKey))
        #expect(!Ed25519.verify(signature: signature + [0], message: [], publicKey: key.publicKey))
        #expect(!Ed25519.verify(signature: signature.dropLast(), message: [], publicKey: key.publicKey))
    }
}
