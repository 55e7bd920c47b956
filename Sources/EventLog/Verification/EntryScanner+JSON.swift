import Wire

// The tokens of canonical JSON (RFC 8785): no blanks, members in order, integers only. In an entry that is not plain
// the order and the strings were judged before, by `JSON.parse`.
extension EntryScanner {
    /// Written without a branch, over an array, so that it is done for many bytes at once.
    static func isPlain(_ bytes: [UInt8]) -> Bool {
        var odd: UInt8 = 0
        for byte in bytes {
            // The highest bit comes from what is beyond ASCII, from borrowing below the blank, and, where the
            // difference from a backslash is nothing, from borrowing there.
            let difference = byte ^ UInt8(ascii: "\\")
            odd |= byte | (byte &- 0x20) | ((difference &- 1) & ~difference)
        }
        return odd < 0x80
    }

    func malformed(_ reason: String) -> Malformed { Malformed(reason, at: place) }

    /// The byte to be read next; zero, which no token begins with, at the end.
    @inline(__always)
    func byte(_ bytes: Span<UInt8>) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

    @inline(__always)
    mutating func pass(_ expected: UInt8, _ bytes: Span<UInt8>) throws(Malformed) {
        guard byte(bytes) == expected else { throw malformed("the entry is not canonical JSON of the expected kind") }
        place += 1
    }

    /// Reads a string; the range is what stands between the quotation marks.
    @inline(__always)
    mutating func string(_ bytes: Span<UInt8>) throws(Malformed) -> Range<Int> {
        try pass(UInt8(ascii: "\""), bytes)
        let start = place
        var end = start
        if isPlain {
            while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += 1 }
        } else {
            while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
                end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
            }
        }
        guard end < bytes.count else { throw malformed("the string does not end") }
        place = end + 1
        return start..<end
    }

    mutating func integer(_ bytes: Span<UInt8>) throws(Malformed) -> Int64 {
        let isNegative = byte(bytes) == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let first = place
        var value: Int64 = 0
        while place < bytes.count {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if place - first < 16 { value = value * 10 + Int64(digit) }
            place += 1
        }
        let count = place - first
        guard count > 0, count <= 16, value <= JSON.exactIntegers.upperBound,
            count == 1 || bytes[first] != UInt8(ascii: "0"), !(isNegative && value == 0)
        else { throw malformed("an integer within ±(2^53-1) in canonical form is expected") }
        return isNegative ? -value : value
    }

    mutating func position(_ bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
        let value = try integer(bytes)
        guard value >= 0 else { throw malformed("a position is not negative") }
        return UInt64(value)
    }

    @inline(__always)
    mutating func open(_ bytes: Span<UInt8>) throws(Malformed) { try pass(UInt8(ascii: "{"), bytes) }

    /// The name of the next member, its colon read; `nil` when the object has closed.
    @inline(__always)
    mutating func member(_ bytes: Span<UInt8>, after last: inout Range<Int>?) throws(Malformed) -> Range<Int>? {
        if byte(bytes) == UInt8(ascii: "}") {
            place += 1
            return nil
        }
        if last != nil { try pass(UInt8(ascii: ","), bytes) }
        let name = try string(bytes)
        if let last, isPlain, !precedes(last, name, bytes) { throw malformed("the members are not in canonical order") }
        last = name
        try pass(UInt8(ascii: ":"), bytes)
        return name
    }

    /// Whether the next thing is another item; `isFirst` starts true and turns false.
    mutating func item(_ bytes: Span<UInt8>, _ isFirst: inout Bool) throws(Malformed) -> Bool {
        if byte(bytes) == UInt8(ascii: "]") {
            place += 1
            return false
        }
        if !isFirst { try pass(UInt8(ascii: ","), bytes) }
        isFirst = false
        return true
    }

    /// - Parameter depth: how many arrays and objects are open around the value.
    mutating func skipValue(_ bytes: Span<UInt8>, depth: Int) throws(Malformed) {
        switch byte(bytes) {
        case UInt8(ascii: "\""): _ = try string(bytes)
        case UInt8(ascii: "{"):
            guard depth < JSON.depthMax else { throw malformed("more than 16 arrays and objects inside each other") }
            place += 1
            var last: Range<Int>?
            while try member(bytes, after: &last) != nil { try skipValue(bytes, depth: depth + 1) }
        case UInt8(ascii: "["):
            guard depth < JSON.depthMax else { throw malformed("more than 16 arrays and objects inside each other") }
            place += 1
            var isFirst = true
            while try item(bytes, &isFirst) { try skipValue(bytes, depth: depth + 1) }
        case UInt8(ascii: "t"): try pass("true", bytes)
        case UInt8(ascii: "f"): try pass("false", bytes)
        case UInt8(ascii: "n"): try pass("null", bytes)
        default: _ = try integer(bytes)
        }
    }

    private mutating func pass(_ word: String, _ bytes: Span<UInt8>) throws(Malformed) {
        for letter in word.utf8 { try pass(letter, bytes) }
    }

    private func precedes(_ left: Range<Int>, _ right: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        let shared = min(left.count, right.count)
        var offset = 0
        while offset < shared {
            let (first, second) = (bytes[left.lowerBound + offset], bytes[right.lowerBound + offset])
            if first != second { return first < second }
            offset += 1
        }
        return left.count < right.count
    }
}
