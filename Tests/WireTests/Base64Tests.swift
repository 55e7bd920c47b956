import Testing
import Wire

struct Base64Tests {
    /// RFC 4648 §10, and bytes that use the two characters in which the alphabets differ.
    @Test(arguments: [
        ("".bytes, "", ""), ("f".bytes, "Zg", "Zg=="), ("fo".bytes, "Zm8", "Zm8="), ("foo".bytes, "Zm9v", "Zm9v"),
        ("foob".bytes, "Zm9vYg", "Zm9vYg=="), ("fooba".bytes, "Zm9vYmE", "Zm9vYmE="),
        ("foobar".bytes, "Zm9vYmFy", "Zm9vYmFy"), ([0xFB, 0xFF, 0xBF], "-_-_", "+/+/"), ([0xFF], "_w", "/w=="),
        ([0, 0, 0, 0], "AAAAAA", "AAAAAA=="),
    ])
    func `bytes have one text in each form`(bytes: [UInt8], url: String, standard: String) throws {
        #expect(Base64URL.encode(bytes) == url)
        #expect(Base64.encode(bytes) == standard)
        #expect(try Base64URL.decode(url) == bytes)
        #expect(try Base64.decode(standard) == bytes)
    }

    @Test(arguments: [
        "A", "AAAAA", "Zg==", "Zm8=", "+/+/", "Zm9v\n", " Zm9v", "Zm 9", "Zm9v.", "Zé", "Zh", "Zn", "Zm9", "Zm-",
        "Zm9vYh", "_x", "=", "AB",
    ])
    func `base64url of another spelling is refused`(text: String) {
        #expect(throws: Malformed.self) { try Base64URL.decode(text) }
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zm8", "Zm8==", "=", "==", "====", "Z===", "Zm9v====", "Zg==Zg==", "Z=g=", "-_-_",
        "Zm9v\n", "Zm9v\nZm9v", "Zh==", "Zm9=", "=Zg=",
    ])
    func `base64 of another spelling is refused`(text: String) {
        #expect(throws: Malformed.self) { try Base64.decode(text) }
    }

    @Test func `the refusal names the place`() {
        #expect(throws: Malformed("not a base64 character", at: 2)) { try Base64URL.decode("ab+d") }
        #expect(throws: Malformed("the last character carries bits of no byte", at: 1)) { try Base64URL.decode("Zh") }
        #expect(throws: Malformed("not a hexadecimal digit", at: 1)) { try Hex.decode("0G") }
        #expect(throws: Malformed("half a byte is missing", at: 3)) { try Hex.decode("abc") }
    }

    @Test(arguments: UInt64(1)...3)
    func `bytes come back, and no second text stands for them`(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...40, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let url = Base64URL.encode(bytes)
            #expect(try Base64URL.decode(url) == bytes, "seed \(seed)")
            #expect(try Base64.decode(Base64.encode(bytes)) == bytes, "seed \(seed)")
            #expect(try Hex.decode(Hex.encode(bytes)) == bytes, "seed \(seed)")
            var other = url.bytes
            guard let place = other.indices.randomElement(using: &random) else { continue }
            other[place] = UInt8.random(in: 33...126, using: &random)
            if let decoded = try? Base64URL.decode(String(bytes: other)) {
                #expect((decoded == bytes) == (other == url.bytes), "seed \(seed)")
            }
        }
    }

    @Test func `hexadecimal is lower case`() throws {
        #expect(Hex.encode([0x00, 0x9A, 0xFF]) == "009aff")
        #expect(try Hex.decode("009aff") == [0x00, 0x9A, 0xFF])
        for text in ["009AFF", "0", "0g", "é", " 00"] {
            #expect(throws: Malformed.self, "\(text)") { try Hex.decode(text) }
        }
    }
}
