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
        /// The member that was met and not yet asked for.
        fileprivate var next: Name?
        /// The one before it.
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
        while try meetsMember() {
            takeName()
            _ = try json()
        }
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
    package mutating func has(_ name: String) throws(Malformed) -> Bool {
        while try meetsMember(), let next = place.next {
            let order = try order(of: next, to: name)
            if order > 0 { return false }
            takeName()
            if order == 0 { return true }
            _ = try json()
        }
        return false
    }

    package mutating func require(_ name: String) throws(Malformed) {
        guard try has(name) else { throw malformed("\(name) is missing") }
    }
}

// The values.
extension JSONReader {
    /// Any value, built as a tree.
    package mutating func json() throws(Malformed) -> JSON { try parser.value(depth: depth) }

    package mutating func string() throws(Malformed) -> String {
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a text is expected") }
        return try parser.string()
    }

    package mutating func integer() throws(Malformed) -> Int64 {
        guard let number = try parser.number().number else { throw malformed("an integer is expected") }
        return number
    }

    package mutating func instant() throws(Malformed) -> Instant {
        let letters = try letters()
        return try Instant(canonical: parser.bytes.span.extracting(letters))
    }

    /// The bytes that a string says in base64url.
    package mutating func base64URL() throws(Malformed) -> [UInt8] {
        let letters = try letters()
        return try Base64Coding.url.decode(parser.bytes.span.extracting(letters))
    }

    /// What stands between the quotation marks, up to the first, for texts in which nothing can be escaped.
    private mutating func letters() throws(Malformed) -> Range<Int> {
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a text is expected") }
        parser.index += 1
        let start = parser.index
        while let byte = parser.next, byte != UInt8(ascii: "\"") { parser.index += 1 }
        guard parser.next != nil else { throw malformed("the string does not end") }
        parser.index += 1
        return start..<parser.index - 1
    }
}

// The names.
extension JSONReader {
    /// Whether there is a member that was not asked for, its name read.
    @inline(__always)
    private mutating func meetsMember() throws(Malformed) -> Bool {
        if place.next != nil { return true }
        if place.isClosed { return false }
        let isFirst = place.last == nil
        place.isClosed =
            isFirst ? parser.closes(UInt8(ascii: "}")) : try !parser.continues(until: UInt8(ascii: "}"))
        if place.isClosed { return false }
        let start = parser.index
        let name = try self.name()
        if let last = place.last, try !precedes(last, name) {
            throw Malformed("the members are not in canonical order", at: start)
        }
        guard parser.next == UInt8(ascii: ":") else { throw malformed("a colon is expected") }
        parser.index += 1
        place.next = name
        return true
    }

    @inline(__always)
    private mutating func takeName() {
        place.last = place.next
        place.next = nil
    }

    @inline(__always)
    private mutating func name() throws(Malformed) -> Name {
        guard parser.next == UInt8(ascii: "\"") else { throw malformed("a member's name is expected") }
        let start = parser.index + 1
        var end = start
        while end < parser.bytes.count {
            switch parser.bytes[end] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): end += 1
            case UInt8(ascii: "\""):
                parser.index = end + 1
                return Name(range: start..<end)
            default:
                // Not one of ours: read as any other string.
                let text = try parser.string()
                let range = start..<parser.index - 1
                return Name(range: range, isEscaped: text.utf8.count != range.count)
            }
        }
        throw malformed("the string does not end")
    }

    private func text(_ name: Name) throws(Malformed) -> String {
        var parser = parser
        parser.index = name.range.lowerBound - 1
        return try parser.string()
    }

    @inline(__always)
    private func precedes(_ left: Name, _ right: Name) throws(Malformed) -> Bool {
        if left.isEscaped || right.isEscaped { return try text(left).utf16Precedes(try text(right)) }
        let bytes = parser.bytes.span
        return bytes.extracting(left.range).utf16Order(bytes.extracting(right.range)) < 0
    }

    /// Below zero when the name stands before the wanted one, zero when it is that.
    @inline(__always)
    private func order(of name: Name, to wanted: String) throws(Malformed) -> Int {
        if name.isEscaped { return try text(name).utf8Span.span.utf16Order(wanted.utf8Span.span) }
        return parser.bytes.span.extracting(name.range).utf16Order(wanted.utf8Span.span)
    }
}
