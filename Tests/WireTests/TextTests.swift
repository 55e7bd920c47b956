import Testing
import Wire

struct TextTests {
    @Test(arguments: [
        ("curl/8".bytes, 256, "curl/8"), ("abc".bytes, 2, "ab"), ("abc".bytes, 0, ""), ([], 5, ""),
        ("a\u{E9}".bytes, 2, "a"), ("a\u{E9}".bytes, 3, "a\u{E9}"), ("\u{1F600}".bytes, 3, ""),
        ("\u{1F600}".bytes, 4, "\u{1F600}"), ("e\u{301}".bytes, 2, "e"), ("\r\n".bytes, 1, "\r"),
        ([0xFF, 0x61], 4, "\u{FFFD}a"), ([0xFF, 0x61], 3, "\u{FFFD}"), ([0xFF, 0x61], 2, ""),
        ([0xED, 0xA0, 0x80], 9, "\u{FFFD}\u{FFFD}\u{FFFD}"), ([0x61, 0xF0, 0x9F, 0x98], 4, "a\u{FFFD}"),
        ([0x61, 0xE2, 0x82], 256, "a\u{FFFD}"), ("a\u{00}b".bytes, 3, "a\u{00}b"), ("abc".bytes, .max - 3, "abc"),
    ])
    func `foreign text is repaired and cut between scalars`(bytes: [UInt8], maxBytes: Int, expected: String) {
        #expect(ForeignText.clipped(bytes, maxBytes: maxBytes).bytes == expected.bytes)
    }

    @Test(arguments: UInt64(1)...3)
    func `cutting early gives what repairing everything and then cutting gives`(seed: UInt64) {
        var random = Seeded(seed: seed)
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).flatMap { _ in
                Bool.random(using: &random) ? random.text().bytes : [UInt8.random(in: 0...255, using: &random)]
            }
            let limit = Int.random(in: 0...30, using: &random)
            var whole = String(decoding: bytes, as: UTF8.self).unicodeScalars
            while String(whole).utf8.count > limit {
                whole.removeLast()
            }
            let clipped = ForeignText.clipped(bytes, maxBytes: limit)
            #expect(clipped.bytes == String(whole).bytes, "seed \(seed): \(bytes) \(limit)")
        }
    }

    @Test func `texts are compared by bytes`() {
        #expect("\u{E9}" == "e\u{301}", "what Swift thinks, and the reason for the functions below")
        #expect(!"\u{E9}".bytesEqual("e\u{301}"))
        #expect("abc".bytesEqual("abc"))
        #expect(!"abc".bytesEqual("abd"))
        #expect(!"abc".bytesEqual("ab"))
        #expect("e\u{301}".bytesPrecede("\u{E9}"))
        #expect("ab".bytesPrecede("abc"))
        #expect(!"abc".bytesPrecede("abc"))
        #expect("".bytesPrecede("a"))
    }

    @Test func `exact texts stay apart in a set`() {
        #expect(Set([ExactText("\u{E9}"), ExactText("e\u{301}"), ExactText("\u{E9}")]).count == 2)
        #expect(ExactText("e\u{301}") < ExactText("\u{E9}"))
    }

    @Test func `a refusal says what and where`() {
        #expect(Malformed("a comma is expected", at: 7).description == "a comma is expected at byte 7")
    }
}
