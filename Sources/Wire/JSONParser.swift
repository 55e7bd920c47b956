/// Reads JSON strictly, by RFC 8259 and the further limits of the dialect.
///
/// Nothing is repaired, guessed or skipped: what two readers could understand differently is refused. Strings and
/// numbers are read in files of their own.
struct JSONParser {
    /// Memory for as many is reserved at once; an object with more takes it as it grows.
    private static let usualMembers = 6

    let bytes: [UInt8]
    let dialect: JSON.Dialect
    var index = 0

    init(_ bytes: [UInt8], _ dialect: JSON.Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    /// One value and nothing after it.
    mutating func document() throws(Malformed) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw malformed("unexpected bytes after the value") }
        return value
    }

    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    func malformed(_ reason: String) -> Malformed { Malformed(reason, at: index) }

    mutating func value(depth: Int) throws(Malformed) -> JSON {
        guard let byte = next else { throw malformed("a value is expected") }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"): return try number()
        case _ where byte.isDigit: return try number()
        default: throw malformed("a value is expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Malformed) -> JSON {
        let start = index
        for letter in word.description.utf8 {
            guard next == letter else { throw Malformed("a value is expected", at: start) }
            index += 1
        }
        return value
    }

    private mutating func array(depth: Int) throws(Malformed) -> [JSON] {
        try open(depth: depth)
        var items: [JSON] = []
        if closes(UInt8(ascii: "]")) { return items }
        while true {
            items.append(try value(depth: depth))
            if try !continues(until: UInt8(ascii: "]")) { return items }
        }
    }

    private mutating func object(depth: Int) throws(Malformed) -> Members {
        try open(depth: depth)
        var names = MemberNames(dialect)
        var entries: [(name: String, value: JSON)] = []
        if closes(UInt8(ascii: "}")) { return Members() }
        entries.reserveCapacity(Self.usualMembers)
        while true {
            let start = index
            guard next == UInt8(ascii: "\"") else { throw malformed("a member's name is expected") }
            let name = try string()
            try names.admit(name, after: entries, at: start)
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw malformed("a colon is expected") }
            index += 1
            skipSpace()
            entries.append((name, try value(depth: depth)))
            if try !continues(until: UInt8(ascii: "}")) { return Members(distinct: entries) }
        }
    }

    mutating func open(depth: Int) throws(Malformed) {
        guard depth <= JSON.depthMax else { throw malformed("more than 16 arrays and objects inside each other") }
        index += 1
        skipSpace()
    }

    mutating func closes(_ bracket: UInt8) -> Bool {
        guard next == bracket else { return false }
        index += 1
        return true
    }

    /// After an item: a comma means that another one follows, the bracket that none does.
    mutating func continues(until bracket: UInt8) throws(Malformed) -> Bool {
        skipSpace()
        if closes(bracket) { return false }
        guard next == UInt8(ascii: ",") else { throw malformed("a comma or a closing bracket is expected") }
        index += 1
        skipSpace()
        return true
    }

    /// Passes over space between tokens.
    ///
    /// RFC 8259 §2: space, tab, line feed, carriage return. RFC 8785 §3.2.1: none at all.
    private mutating func skipSpace() {
        guard dialect == .foreign else { return }
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            index += 1
        }
    }
}
