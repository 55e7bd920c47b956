/// Reads canonical JSON piece by piece, as ``JSONWriter`` writes it.
///
/// This is the fast road for what comes by the million: no tree of values is built, only what is asked for. It accepts
/// the bytes that `JSON.parse` accepts as canonical, as far as they are of the kinds that are asked for.
///
/// The members of an object are asked for in the order in which RFC 8785 sorts them. Those that nobody asks for are
/// checked and passed over.
package struct JSONReader {
    /// Where the reader stands among the members of an object.
    package struct Place {
        /// Where the name of the member begins that was met and not yet asked for, at its quotation mark.
        fileprivate var met: Int?
        /// The name of the member before it.
        fileprivate var last: Name?
        fileprivate var isClosed = false
    }

    /// A member's name, as the range of the bytes between its quotation marks.
    fileprivate struct Name {
        var range: Range<Int>
        /// Whether the bytes are not the name itself: never in what we write.
        var isEscaped = false
    }

    private var parser: JSONParser
    private var place = Place()
    private var depth = 0

    package init(_ bytes: [UInt8]) {
        parser = JSONParser(bytes, .canonical)
    }

    /// - Throws: `Malformed` when anything follows what was read.
    package func end() throws(Malformed) {
        guard parser.index == parser.bytes.count else { throw malformed("unexpected bytes after the value") }
    }

    package func malformed(_ reason: String) -> Malformed { parser.malformed(reason) }

    /// How many bytes were read.
    package var index: Int { parser.index }

    /// Goes into an object, to ask for its members.
    ///
    /// - Returns: the place to come back to with ``leave(to:)``.
    package mutating func enter() throws(Malformed) -> Place {
        guard parser.next == UInt8(ascii: "{") else { throw malformed("an object is expected") }
        depth += 1
        try parser.open(depth: depth)
        defer { place = Place() }
        return place
    }

    /// Passes over what nobody asked for, and goes on behind the object.
    package mutating func leave(to outside: Place) throws(Malformed) {
        while let start = try meetMember() { try passMember(at: start) }
        place = outside
        depth -= 1
    }

    /// Reads an array, each item of it by the body.
    package mutating func items(_ body: (inout JSONReader) throws(Malformed) -> Void) throws(Malformed) {
        guard parser.next == UInt8(ascii: "[") else { throw malformed("a list is expected") }
        depth += 1
        defer { depth -= 1 }
        try parser.open(depth: depth)
        if parser.closes(UInt8(ascii: "]")) { return }
        repeat { try body(&self) } while try parser.continues(until: UInt8(ascii: "]"))
    }

    /// Goes to the value of a member; false, and still before the next one, when there is none of that name.
    package mutating func has(_ name: MemberName) throws(Malformed) -> Bool {
        while let start = try meetMember() {
            // Names of ours are told apart in a step or two, all others by reading them.
            let meeting =
                if let quick = name.meeting(parser.bytes.span, at: start + 1) { quick } else {
                    try slowMeeting(at: start, name)
                }
            switch meeting {
            case .wanted(let end):
                // It follows the one before it: names are asked for in their order, and those between were passed over
                // because they stand before this one.
                let range = start + 1..<end
                try take(Name(range: range, isEscaped: range.count != name.text.utf8.count))
                return true
            case .later: return false
            case .earlier: try passMember(at: start)
            }
        }
        return false
    }

    package mutating func require(_ name: MemberName) throws(Malformed) {
        guard try has(name) else { throw malformed("\(name.text) is missing") }
    }
}

// The values.
extension JSONReader {
    /// Any value, built as a tree.
    package mutating func json() throws(Malformed) -> JSON { try parser.value(depth: depth) }

    /// Passes over any value, which is checked as if it were read.
    package mutating func pass() throws(Malformed) {
        switch parser.next {
        case UInt8(ascii: "\""): try parser.passString()
        case UInt8(ascii: "{"):
            let outside = try enter()
            try leave(to: outside)
        case UInt8(ascii: "["): try items { (reader) throws(Malformed) in try reader.pass() }
        default: _ = try json()
        }
    }

    package mutating func string() throws(Malformed) -> String {
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a text is expected") }
        return try parser.string()
    }

    /// Lends the bytes of a text of ASCII in which nothing is escaped, as names of ours are.
    ///
    /// No `String` is made of them.
    package mutating func ascii<R>(_ body: (Span<UInt8>) -> R) throws(Malformed) -> R {
        let (letters, isASCII) = try letters()
        guard isASCII else { throw malformed("a text of ASCII is expected") }
        return body(parser.bytes.span.extracting(letters))
    }

    package mutating func integer() throws(Malformed) -> Int64 {
        guard let number = try parser.number().number else { throw malformed("an integer is expected") }
        return number
    }

    package mutating func flag() throws(Malformed) -> Bool {
        guard let flag = try json().flag else { throw malformed("true or false is expected") }
        return flag
    }

    package mutating func instant() throws(Malformed) -> Instant {
        let letters = try letters().range
        return try Instant(canonical: parser.bytes.span.extracting(letters))
    }

    /// The bytes that a string says in base64url.
    package mutating func base64URL() throws(Malformed) -> [UInt8] {
        let letters = try letters().range
        return try Base64Coding.url.decode(parser.bytes.span.extracting(letters))
    }

    /// Passes over a string of base64url, checked as if its bytes were read.
    package mutating func passBase64URL() throws(Malformed) {
        let letters = try letters().range
        guard Base64Coding.url.isText(parser.bytes.span.extracting(letters)) else {
            throw malformed("base64url is expected")
        }
    }

    /// What stands between the quotation marks, up to the first, for texts in which nothing can be escaped.
    private mutating func letters() throws(Malformed) -> (range: Range<Int>, isASCII: Bool) {
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a text is expected") }
        parser.index += 1
        let start = parser.index
        let (end, isASCII) = parser.bytes.span.plain(from: start)
        parser.index = end
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a text without escapes is expected") }
        parser.index += 1
        return (start..<end, isASCII)
    }
}

// The names.
extension JSONReader {
    /// Where the next member begins that was not asked for; nil when the object has closed.
    @inline(__always)
    private mutating func meetMember() throws(Malformed) -> Int? {
        if let met = place.met { return met }
        if place.isClosed { return nil }
        let isFirst = place.last == nil
        place.isClosed =
            isFirst ? parser.closes(UInt8(ascii: "}")) : try !parser.continues(until: UInt8(ascii: "}"))
        if place.isClosed { return nil }
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a member's name is expected") }
        place.met = parser.index
        return parser.index
    }

    /// How the member that begins there stands to the wanted one.
    private func slowMeeting(at start: Int, _ wanted: MemberName) throws(Malformed) -> MemberName.Meeting {
        let (letters, name) = (wanted.text.utf8Span.span, try name(at: start))
        let order =
            name.isEscaped
            ? try text(name).utf8Span.span.utf16Order(letters)
            : parser.bytes.span.extracting(name.range).utf16Order(letters)
        return order == 0 ? .wanted(end: name.range.upperBound) : order < 0 ? .earlier : .later
    }

    /// Goes behind a name and its colon.
    @inline(__always)
    private mutating func take(_ name: Name) throws(Malformed) {
        place.last = name
        place.met = nil
        parser.index = name.range.upperBound + 1
        guard parser.next == UInt8(ascii: ":") else { throw malformed("a colon is expected") }
        parser.index += 1
    }

    /// Passes over a member that nobody asks for.
    private mutating func passMember(at start: Int) throws(Malformed) {
        let name = try name(at: start)
        if let last = place.last, try !precedes(last, name) {
            throw Malformed("the members are not in canonical order", at: start)
        }
        try take(name)
        try pass()
    }

    private func name(at start: Int) throws(Malformed) -> Name {
        let bytes = parser.bytes.span
        let (end, isASCII) = bytes.plain(from: start + 1)
        if isASCII, end < bytes.count, bytes[end] == UInt8(ascii: "\"") { return Name(range: start + 1..<end) }
        // None of ours: read as any other string.
        var parser = parser
        parser.index = start
        let text = try parser.string()
        let range = start + 1..<parser.index - 1
        return Name(range: range, isEscaped: text.utf8.count != range.count)
    }

    private func text(_ name: Name) throws(Malformed) -> String {
        var parser = parser
        parser.index = name.range.lowerBound - 1
        return try parser.string()
    }

    private func precedes(_ left: Name, _ right: Name) throws(Malformed) -> Bool {
        if left.isEscaped || right.isEscaped { return try text(left).utf16Precedes(try text(right)) }
        let bytes = parser.bytes.span
        return bytes.extracting(left.range).utf16Order(bytes.extracting(right.range)) < 0
    }
}
