import Testing
import Wire

struct JSONReadingTests {
    @Test(arguments: [
        ("0", 0), ("-1", -1), ("7", 7), ("10", 10), ("-120", -120), ("1234567890", 1_234_567_890),
        ("9007199254740991", 9_007_199_254_740_991), ("-9007199254740991", -9_007_199_254_740_991),
    ])
    func `plain integers are kept in both dialects`(text: String, value: Int64) throws {
        #expect(try JSON.parse(text.bytes) == .integer(value))
        #expect(try JSON.parse(text.bytes, as: .canonical) == .integer(value))
        #expect(JSON.integer(value).canonical == text.bytes)
    }

    @Test(arguments: [
        "-0", "0.0", "-0.0", "1.5", "1.50", "-1.0", "1e3", "1E3", "1e+3", "1E-3", "0e0", "1.25e+10", "1e999",
        "9007199254740992", "-9007199254740992", "9999999999999999", "10000000000000000", "18446744073709551616",
        "123456789012345678901234567890",
    ])
    func `other numbers are kept as written from outside, and refused in the ledger`(text: String) throws {
        #expect(try JSON.parse(text.bytes) == .decimal(text))
        #expect(try JSON.parse(text.bytes).compact == text.bytes)
        #expect(throws: Malformed("only plain integers up to 2^53-1 are kept", at: 0)) {
            try JSON.parse(text.bytes, as: .canonical)
        }
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "00", "1.", ".5", "1.e3", "1e", "1e+", "1e-", "0x10", "1_000", "--1", "1e3.5",
        "NaN", "Infinity", "-Infinity", "１", "1,5", "-a",
    ])
    func `what is no number is refused`(text: String) {
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes) }
        #expect(throws: Malformed.self) { try JSON.parse("{\"a\":\(text)}".bytes) }
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes, as: .canonical) }
    }

    @Test(arguments: [
        "nul", "nulll", "True", "tru", "fals", "undefined", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{]",
        "[}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#,
        "1 2", "null null", "{}{}", "[] x", "/**/1", "1//", "\u{FEFF}1", "\u{A0}1", "\u{0B}1", "1\u{00}", #"{1:2}"#,
        #"""#, #""a"#, #"{"a"#, #"{"a":"#,
    ])
    func `broken structure is refused`(text: String) {
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes) }
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes, as: .canonical) }
    }

    @Test func `space between tokens is foreign`() throws {
        let text = " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } , \"c\" : [ ] }\n"
        #expect(try JSON.parse(text.bytes) == ["a": [1, 2], "b": [:], "c": []])
        #expect(try JSON.parse(text.bytes).compact == #"{"a":[1,2],"b":{},"c":[]}"#.bytes)
        for spaced in [" 1", "1 ", "1\n", "[ 1]", "[1 ]", "[1, 2]", "[1 ,2]", "[ ]", "{ }", #"{"a": 1}"#] {
            #expect(throws: Malformed.self, "\(spaced)") { try JSON.parse(spaced.bytes, as: .canonical) }
        }
    }

    @Test(arguments: [
        (#"{"a":1,"a":1}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), (#"{"b":{"a":1,"b":2,"a":3}}"#, 18), (#"{"":1,"":2}"#, 6),
        ("{\"\u{E9}\":1,\"\\u00e9\":2}", 8),
    ])
    func `a repeated name is refused`(text: String, offset: Int) {
        #expect(throws: Malformed("a member's name is repeated", at: offset)) { try JSON.parse(text.bytes) }
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes, as: .canonical) }
    }

    @Test func `names that only look alike are two names`() throws {
        let value = try JSON.parse("{\"e\u{301}\":1,\"\u{E9}\":2}".bytes, as: .canonical)
        #expect(value["e\u{301}"] == 1)
        #expect(value["\u{E9}"] == 2)
        #expect(value.members?.count == 2)
    }

    @Test(arguments: [2, 16, 17, 18, 1_000])
    func `a repeated name is noticed among many, and none is seen where there is none`(count: Int) throws {
        let members = (0..<count).map { #""n\#($0)":0"# }
        #expect(try JSON.parse("{\(members.joined(separator: ","))}".bytes).members?.count == count)
        for repeated in [0, count / 2, count - 1] {
            let text = "{\((members + [members[repeated]]).joined(separator: ","))}"
            #expect(throws: Malformed.self) { try JSON.parse(text.bytes) }
        }
        let alike = members + ["\"\u{E9}\":0", "\"e\u{301}\":0"]
        #expect(try JSON.parse("{\(alike.joined(separator: ","))}".bytes).members?.count == count + 2)
    }

    @Test(arguments: [JSON.Dialect.foreign, .canonical])
    func `sixteen levels are read and seventeen refused`(dialect: JSON.Dialect) throws {
        func nested(_ depth: Int, _ open: String, _ inner: String, _ close: String) -> [UInt8] {
            (String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).bytes
        }
        func arrays(_ depth: Int) -> [UInt8] { nested(depth, "[", "", "]") }
        func objects(_ depth: Int) -> [UInt8] { nested(depth, #"{"a":"#, "1", "}") }
        #expect(try JSON.parse(arrays(16), as: dialect).canonical == arrays(16))
        #expect(try JSON.parse(objects(16), as: dialect).canonical == objects(16))
        let refusal = Malformed("more than 16 arrays and objects inside each other", at: 16)
        #expect(throws: refusal) { try JSON.parse(arrays(17), as: dialect) }
        #expect(throws: Malformed.self) { try JSON.parse(objects(17), as: dialect) }
        #expect(throws: refusal) { try JSON.parse(Array(repeating: 0x5B, count: 1_000_000), as: dialect) }
    }

    @Test func `depth counts what is open, not what was`() throws {
        let text = "[\(Array(repeating: "[]", count: 40).joined(separator: ","))]"
        #expect(try JSON.parse(text.bytes).items?.count == 40)
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "\u{1F600}"), (#""\uD83D\uDE00""#, "\u{1F600}"), (#""\ud800\udc00""#, "\u{10000}"),
        (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\ud7ff\ue000""#, "\u{D7FF}\u{E000}"), (#""\uffff""#, "\u{FFFF}"),
        (#""\/\"\\\b\f\n\r\t""#, "/\"\\\u{08}\u{0C}\n\r\t"), (#""a\u0000b""#, "a\u{00}b"), (#""\u00E9""#, "\u{E9}"),
    ])
    func `escapes are read`(text: String, expected: String) throws {
        #expect(try JSON.parse(text.bytes) == .string(expected))
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
        #""\ud800\u0041""#, #""\ud800\""#, #""\ud800\u""#, #""\ud83d\u{de00}""#, #""\u12""#, #""\u12g4""#, #""\U0041""#,
        #""\x41""#, #""\a""#, #""\0""#, #""\'""#, #""\"#, #""\u"#, "\"\n\"", "\"\t\"", "\"\u{00}\"", "\"a\\n\u{1F}\"",
    ])
    func `bad escapes and bare control characters are refused`(text: String) {
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes) }
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes, as: .canonical) }
    }

    @Test(arguments: [
        #""\u0041""#, #""\u00e9""#, #""\u007f""#, #""\u2028""#, #""\ud83d\ude00""#, #""\/""#, #""\u000a""#,
        #""\u0008""#, #""\u0022""#, #""\u005c""#, #""\u001F""#,
    ])
    func `escapes that RFC 8785 would not write are foreign`(text: String) throws {
        _ = try JSON.parse(text.bytes)
        #expect(throws: Malformed.self) { try JSON.parse(text.bytes, as: .canonical) }
    }

    @Test func `members out of order are foreign`() throws {
        for text in [#"{"b":1,"a":2}"#, #"{"aa":1,"a":2}"#, "{\"\u{E000}\":1,\"\u{10000}\":2}"] {
            _ = try JSON.parse(text.bytes)
            #expect(throws: Malformed.self, "\(text)") { try JSON.parse(text.bytes, as: .canonical) }
        }
        _ = try JSON.parse("{\"\u{10000}\":1,\"\u{E000}\":2}".bytes, as: .canonical)
    }

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func `invalid UTF-8 is refused at its place`(bytes: [UInt8]) {
        #expect(throws: Malformed("a string is not valid UTF-8", at: 3)) {
            try JSON.parse([0x22, 0x61, 0x62] + bytes + [0x22])
        }
        #expect(throws: Malformed("a string is not valid UTF-8", at: 1)) {
            try JSON.parse(#""\n"#.bytes + bytes + [0x22])
        }
        #expect(throws: Malformed.self) { try JSON.parse(bytes) }
        #expect(throws: Malformed.self) { try JSON.parse(#"{""#.bytes + bytes + #"":1}"#.bytes) }
    }

    @Test(arguments: UInt64(1)...4)
    func `no bytes make the reader fail in another way`(seed: UInt64) {
        var random = Seeded(seed: seed)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                UInt8.random(in: Bool.random(using: &random) ? 0...255 : 34...125, using: &random)
            }
            _ = try? JSON.parse(bytes)
            _ = try? JSON.parse(bytes, as: .canonical)
        }
    }
}
