/// The name of a member as a ``JSONReader`` is asked for it and a ``JSONWriter`` writes it again and again.
///
/// Names of ours are sixteen small letters and underscores at most. They are kept as two numbers, so that meeting one,
/// or another, costs a comparison or two.
package struct MemberName: Sendable, ExpressibleByStringLiteral {
    /// How a name that was met stands to the one that is asked for, in the order of RFC 8785.
    enum Meeting {
        case earlier
        /// - Parameter end: where its closing quotation mark stands.
        case wanted(end: Int)
        case later
    }

    package let text: String
    /// In its quotation marks, with what must be escaped, and the colon: copied as it stands.
    let written: [UInt8]
    private let count: Int
    /// Its letters, the first lowest, and ones where they are.
    private let letters: (UInt64, UInt64)
    private let mask: (UInt64, UInt64)
    private let isOurs: Bool

    package init(stringLiteral text: String) { self.init(text) }

    package init(_ text: String) {
        self.text = text
        var written: [UInt8] = []
        written.appendQuoted(text, isName: true)
        self.written = written
        count = text.utf8.count
        isOurs = count <= 16 && text.utf8.allSatisfy(MemberName.isOurs)
        var (letters, mask) = ([UInt64(0), 0], [UInt64(0), 0])
        for (place, letter) in text.utf8.prefix(16).enumerated() {
            letters[place / 8] |= UInt64(letter) << (8 * UInt64(place % 8))
            mask[place / 8] |= 0xFF << (8 * UInt64(place % 8))
        }
        self.letters = (letters[0], letters[1])
        self.mask = (mask[0], mask[1])
    }

    static func isOurs(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// How the name that begins there stands to this one; nil where a look at single letters does not tell.
    ///
    /// Both are told apart by the first letter in which they differ, so what comes behind it was not judged.
    @inline(__always)
    func meeting(_ bytes: Span<UInt8>, at start: Int) -> Meeting? {
        guard isOurs, let place = firstDifference(bytes, at: start), start + place < bytes.count else { return nil }
        let byte = bytes[start + place]
        if place == count { return byte == UInt8(ascii: "\"") ? .wanted(end: start + place) : nil }
        guard MemberName.isOurs(byte) else { return nil }
        let letter = (place < 8 ? letters.0 : letters.1) >> (8 * UInt64(place & 7)) & 0xFF
        return byte < letter ? .earlier : .later
    }

    /// The first place in which the bytes from there on differ from the letters, their count when in none.
    @inline(__always)
    private func firstDifference(_ bytes: Span<UInt8>, at start: Int) -> Int? {
        guard let first = bytes.word(at: start) else { return nil }
        let difference = (first ^ letters.0) & mask.0
        if difference != 0 { return difference.trailingZeroBitCount / 8 }
        guard count > 8 else { return count }
        guard let second = bytes.word(at: start + 8) else { return nil }
        let further = (second ^ letters.1) & mask.1
        return further == 0 ? count : 8 + further.trailingZeroBitCount / 8
    }
}
