import Testing
import Wire

struct JSONReaderTests {
    /// Reads any object with the reader, asking for every member that it has.
    private static func read(_ bytes: [UInt8], asking names: [String]) throws(Malformed) -> Members {
        var reader = JSONReader(bytes)
        let outside = try reader.enter()
        var found: Members = [:]
        for name in names where try reader.has(MemberName(name)) { found.append(name, try reader.json()) }
        try reader.leave(to: outside)
        try reader.end()
        return found
    }

    @Test func `members are found in their order, and others are passed over`() throws {
        let text = #"{"a":1,"b":{"x":[2,"y"]},"c":"z","ca":[],"d":null}"#
        #expect(try Self.read(text.bytes, asking: ["a", "c", "d"]) == ["a": 1, "c": "z", "d": nil])
        #expect(try Self.read(text.bytes, asking: ["", "aa", "ca", "e"]) == ["ca": []])
        #expect(try Self.read(text.bytes, asking: []) == [:])
    }

    @Test func `values are read with their kinds, inside each other`() throws {
        let text = #"{"a":["é\n",{"n":-7}],"d":"-_-_","t":"2026-11-20T10:00:01.000000Z"}"#
        var reader = JSONReader(text.bytes)
        let outside = try reader.enter()
        try reader.require("a")
        var (texts, numbers): ([String], [Int64]) = ([], [])
        try reader.items { (reader) throws(Malformed) in
            guard !texts.isEmpty else { return texts.append(try reader.string()) }
            let list = try reader.enter()
            try reader.require("n")
            numbers.append(try reader.integer())
            try reader.leave(to: list)
        }
        try reader.require("d")
        #expect(try reader.base64URL() == [0xFB, 0xFF, 0xBF])
        try reader.require("t")
        #expect(try reader.instant().text == "2026-11-20T10:00:01.000000Z")
        try reader.leave(to: outside)
        try reader.end()
        #expect(texts == ["é\n"])
        #expect(numbers == [-7])
    }

    @Test(arguments: [
        "", "{", "{}x", "{ }", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 }"#,
        #"{"a":1.0}"#, #"{"b":1,"a":2}"#, #"{"a":1,"a":1}"#, #"{"z":1,"y":2}"#, #"{"z\u0001":1,"z":2}"#,
        #"{"\u0061":1}"#, #"{"z":"\/"}"#, #"{"z"#, #"{"z":"}"#, "[]", "1", #"{"x":{"b":1,"a":2}}"#,
        "{\"\u{E000}\":1,\"\u{10000}\":2}",
    ])
    func `what is not a canonical object is refused, asked for or not`(text: String) {
        #expect(throws: Malformed.self) { try Self.read(text.bytes, asking: ["a"]) }
        #expect(throws: Malformed.self) { try Self.read(text.bytes, asking: []) }
    }

    @Test func `a value of another kind is refused`() throws {
        func reader(at value: String) throws -> JSONReader {
            var reader = JSONReader(#"{"a":\#(value)}"#.bytes)
            _ = try reader.enter()
            try reader.require("a")
            return reader
        }
        for value in ["1", "[]", "null"] {
            var reader = try reader(at: value)
            #expect(throws: Malformed.self) { try reader.string() }
            #expect(throws: Malformed.self) { try reader.base64URL() }
            #expect(throws: Malformed.self) { try reader.instant() }
            #expect(throws: Malformed.self) { try reader.enter() }
        }
        for value in [#""A""#, "{}", "true"] {
            var reader = try reader(at: value)
            #expect(throws: Malformed.self) { try reader.integer() }
            #expect(throws: Malformed.self) { try reader.base64URL() }
            #expect(throws: Malformed.self) { try reader.items { (_) throws(Malformed) in } }
        }
    }

    @Test func `names are lent, in which nothing is escaped and all is ASCII`() throws {
        func name(_ text: String) throws -> String {
            var reader = JSONReader(text.bytes)
            return try reader.ascii { name in String(decoding: name.indices.map { name[$0] }, as: UTF8.self) }
        }
        #expect(try name(#""data:usr_1/profile""#) == "data:usr_1/profile")
        for text in [#""é""#, #""a\n""#, #""a"#, "1"] { #expect(throws: Malformed.self) { try name(text) } }
    }

    @Test func `flags are read, and nothing else for one`() throws {
        var reader = JSONReader("[true,false,1]".bytes)
        var flags: [Bool] = []
        #expect(throws: Malformed.self) {
            try reader.items { (reader) throws(Malformed) in flags.append(try reader.flag()) }
        }
        #expect(flags == [true, false])
    }

    @Test func `bytes in base64url are passed over exactly where they are read`() throws {
        let letters = ["A", "B", "E", "I", "Q", "g", "w", "_", "+", "="]
        var texts = [""]
        for _ in 0..<4 { texts += texts.flatMap { text in letters.map { text + $0 } } }
        for text in Set(texts) {
            var (reader, passing) = (JSONReader("\"\(text)\"".bytes), JSONReader("\"\(text)\"".bytes))
            let isRead = (try? reader.base64URL()) != nil
            #expect(((try? passing.passBase64URL()) != nil) == isRead, "\(text)")
            if isRead { #expect(passing.index == reader.index) }
        }
    }

    @Test(arguments: 0..<18)
    func `each byte is one of base64url or none wherever it stands, also among eight that are looked at at once`(
        _ place: Int
    ) {
        for byte in UInt8.min ... .max {
            var text = "\"AZaz09-_AZaz09-_AA\"".bytes
            text[place + 1] = byte
            var (reader, passing) = (JSONReader(text), JSONReader(text))
            #expect(((try? passing.passBase64URL()) != nil) == ((try? reader.base64URL()) != nil), "\(byte)")
        }
    }

    @Test func `what is too deep is refused`() {
        let deep = #"{"a":"# + String(repeating: "[", count: 16) + String(repeating: "]", count: 16) + "}"
        #expect(throws: Malformed.self) { try Self.read(deep.bytes, asking: ["a"]) }
        #expect(throws: Malformed.self) { try Self.read(deep.bytes, asking: []) }
    }

    /// Names as ours are: some begin others, some are as long as are compared at once, some longer.
    private static let ours = [
        "a", "aa", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmno", "abcdefghijklmnop", "abcdefghijklmnoq",
        "abcdefghijklmnopq", "abcdefgz", "b_", "b_c", "ba", "z",
    ]

    @Test(arguments: UInt64(1)...4)
    func `names of ours are told apart, whatever of them is there and whatever is broken`(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        for _ in 0..<4_000 {
            var members = Members()
            for name in Self.ours where Bool.random(using: &random) { members.append(name, random.json(depth: 1)) }
            var bytes = JSON.object(members).canonical
            let names = Self.ours.filter { _ in Bool.random(using: &random) }.sorted { $0.utf16Precedes($1) }
            let found = try Self.read(bytes, asking: names)
            #expect(found.map(\.name) == names.filter { members[$0] != nil }, "seed \(seed)")
            // Another byte, mostly one that a name may have: both must agree on what is said now.
            guard let place = bytes.indices.randomElement(using: &random) else { continue }
            bytes[place] = "abz_\"\\,:{}\u{1}\u{7F}".utf8.randomElement(using: &random) ?? 0
            if let parsed = (try? JSON.parse(bytes, as: .canonical))?.members {
                let expected = parsed.entries.filter { names.contains($0.name) }
                #expect(try Self.read(bytes, asking: names) == Members(distinct: expected), "seed \(seed)")
            } else {
                #expect(throws: Malformed.self, "seed \(seed)") { try Self.read(bytes, asking: names) }
            }
        }
    }

    @Test func `what ends a string ends it wherever it stands, and nothing else does`() throws {
        // Neighbours of what ends a string stand around it.
        let fillers: [UInt8] = [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F]
        for count in 1..<20 {
            let filler = fillers[count % fillers.count]
            for (place, byte) in (0..<count).flatMap({ place in (0...UInt8.max).map { (place, $0) } }) {
                var letters = [UInt8](repeating: filler, count: count)
                letters[place] = byte
                let bytes = [UInt8(ascii: "\"")] + letters + [UInt8(ascii: "\"")]
                let isPlain = (0x20..<0x80).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                let parsed = try? JSON.parse(bytes, as: .canonical)
                #expect(parsed == (isPlain ? .string(String(decoding: letters, as: UTF8.self)) : nil))
                let passed = try? Self.read(#"{"x":"#.bytes + bytes + "}".bytes, asking: [])
                #expect((passed != nil) == isPlain)
            }
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `the reader takes what the parser takes, and nothing else`(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        for _ in 0..<2_000 {
            var members = Members()
            for _ in 0..<Int.random(in: 0...6, using: &random) { members[random.text()] = random.json(depth: 3) }
            var bytes = JSON.object(members).canonical
            let names = members.entries.map(\.name).sorted { $0.utf16Precedes($1) }
            let asked = names.filter { _ in Bool.random(using: &random) }
            let found = try Self.read(bytes, asking: asked)
            #expect(found.map(\.name) == asked, "seed \(seed)")
            for (name, value) in found { #expect(value.canonical == members[name]?.canonical, "seed \(seed)") }
            // One byte flipped: both must agree on whether it is still canonical.
            guard let place = bytes.indices.randomElement(using: &random) else { continue }
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let parsed = (try? JSON.parse(bytes, as: .canonical))?.members
            let read = try? Self.read(bytes, asking: [])
            #expect((read != nil) == (parsed != nil), "seed \(seed)")
        }
    }
}
