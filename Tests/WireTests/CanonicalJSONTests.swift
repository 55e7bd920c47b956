import Testing
import Wire

struct CanonicalJSONTests {
    /// What RFC 8785 makes of `withEscapes`: only what must be is escaped, and U+10000 sorts before U+E000.
    static let vector = """
        7b2261223a226c696e65e280a86e657874c2857fe280a9656e64222c2262223a22f0908080ee8080222c2263223a5b22\
        c3a9222c2265cc81225d2c2264223a225c75303030305c75303031665c625c745c6e5c665c725c225c5c2f222c226e22\
        3a5b302c2d312c393030373139393235343734303939312c2d393030373139393235343734303939315d2c2274223a74\
        7275652c227a223a6e756c6c7d
        """

    static let withEscapes = #"""
        {"a":"line\u2028next\u0085\u007f\u2029end","b":"\ud800\udc00\ue000","c":["\u00e9","e\u0301"],\#
        "d":"\u0000\u001f\b\t\n\f\r\"\\/","n":[0,-1,9007199254740991,-9007199254740991],"t":true,"z":null}
        """#

    static let value: JSON = [
        "z": nil,
        "t": true,
        "n": [0, -1, 9_007_199_254_740_991, -9_007_199_254_740_991],
        "d": "\u{00}\u{1F}\u{08}\t\n\u{0C}\r\"\\/",
        "c": ["\u{E9}", "e\u{301}"],
        "b": "\u{10000}\u{E000}",
        "a": "line\u{2028}next\u{85}\u{7F}\u{2029}end",
    ]

    @Test func `the vector is written from the value`() throws {
        #expect(Self.value.canonical == (try Hex.decode(Self.vector)))
    }

    @Test func `the vector is read, in canonical form and with its escapes`() throws {
        let bytes = try Hex.decode(Self.vector)
        #expect(try JSON.parse(bytes, as: .canonical).canonical == bytes)
        #expect(try JSON.parse(Self.withEscapes.bytes).canonical == bytes)
        #expect(throws: Malformed.self) { try JSON.parse(Self.withEscapes.bytes, as: .canonical) }
    }

    /// The sample of RFC 8785 §3.2.3.
    @Test func `members sort by UTF-16 code units`() {
        let value: JSON = [
            "\u{20AC}": "Euro Sign", "\r": "Carriage Return", "\u{FB33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\u{1F600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{F6}": "Latin Small Letter O With Diaeresis",
        ]
        let expected = """
            {"\\r":"Carriage Return","1":"One","\u{80}":"Control","\u{F6}":"Latin Small Letter O With Diaeresis",\
            "\u{20AC}":"Euro Sign","\u{1F600}":"Emoji: Grinning Face","\u{FB33}":"Hebrew Letter Dalet With Dagesh"}
            """
        #expect(value.canonical == expected.bytes)
    }

    @Test(arguments: [
        ("\u{FFFF}", "\u{10000}"), ("\u{E000}", "\u{10FFFF}"), ("a\u{FB33}", "a\u{1F600}"), ("\u{FF5E}b", "\u{1D306}a"),
    ])
    func `the order of code units is not the order of code points`(large: String, small: String) {
        #expect(large.bytesPrecede(small))
        #expect(small.utf16Precedes(large))
        #expect(!large.utf16Precedes(small))
    }

    @Test(arguments: UInt64(1)...4)
    func `the order of names is that of their UTF-16`(seed: UInt64) {
        var random = Seeded(seed: seed)
        for _ in 0..<5_000 {
            let (left, right) = (random.text(), random.text())
            let expected = left.utf16.lexicographicallyPrecedes(right.utf16)
            #expect(left.utf16Precedes(right) == expected, "seed \(seed): \(left.bytes) \(right.bytes)")
        }
    }

    @Test(arguments: UInt64(1)...6)
    func `what is written is read again`(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        for _ in 0..<300 {
            let value = random.json()
            #expect(try JSON.parse(value.compact) == value, "seed \(seed)")
            let sorted = try JSON.parse(value.canonical, as: .canonical)
            #expect(sorted.canonical == value.canonical, "seed \(seed)")
            #expect(try JSON.parse(value.canonical) == sorted, "seed \(seed)")
        }
    }

    /// The meaning of canonical reading, stated by the other two operations: read anything, write, compare.
    @Test(arguments: UInt64(1)...6)
    func `altered bytes are canonical exactly when writing them again gives the same`(seed: UInt64) {
        var random = Seeded(seed: seed)
        let alphabet = #"{}[],:"\ub/eE+-.0159AFtnul "#.bytes + [0x00, 0x1F, 0x0A, 0x7F, 0xC3, 0xA9, 0xED, 0xA0, 0xF0]
        for _ in 0..<4_000 {
            var bytes = Bool.random(using: &random) ? random.json(depth: 3).canonical : Self.value.canonical
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            let isCanonical = (try? JSON.parse(bytes, as: .canonical)) != nil
            let again = (try? JSON.parse(bytes)).flatMap { $0.isExact ? $0.canonical : nil }
            #expect(isCanonical == (again == bytes), "seed \(seed): \(String(bytes: bytes).debugDescription)")
        }
    }

    @Test func `a foreign number has no canonical form`() async {
        await #expect(processExitsWith: .failure) {
            _ = JSON.array([1.5]).canonical
        }
    }

    @Test func `an integer beyond the exact ones is not written`() async {
        await #expect(processExitsWith: .failure) {
            _ = JSON.integer(9_007_199_254_740_992).compact
        }
    }
}

extension JSON {
    /// Whether it has a canonical form: no foreign number inside.
    fileprivate var isExact: Bool {
        switch self {
        case .null, .bool, .integer, .string: true
        case .array(let items): items.allSatisfy(\.isExact)
        case .object(let members): members.allSatisfy { $0.value.isExact }
        case .decimal: false
        }
    }
}
