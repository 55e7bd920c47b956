import CUTF8Proc

/// Text as searches, addresses and names are compared: in normal form C, without regard to case or language.
///
/// Full case folding, as the Unicode standard has it (§3.13, toCasefold): `ß` equals `ss`, and `é` equals `e` with a
/// combining accent. Two texts are the same where the folded bytes are.
package struct FoldedText: Sendable, Equatable {
    package let bytes: [UInt8]

    package init(_ text: String) {
        let bytes = Array(text.utf8)
        // ASCII folds to its small letters, and nothing of it composes.
        self.bytes = bytes.allSatisfy { $0 < 0x80 } ? bytes.map(Self.smallLetter) : Self.folded(bytes)
    }

    /// Whether the bytes of another text stand somewhere in this one.
    package func contains(_ other: FoldedText) -> Bool {
        let sought = other.bytes
        guard sought.count <= bytes.count else { return false }
        for start in 0...(bytes.count - sought.count) {
            var place = 0
            while place < sought.count, bytes[start + place] == sought[place] { place += 1 }
            if place == sought.count { return true }
        }
        return false
    }

    package static func == (left: FoldedText, right: FoldedText) -> Bool { left.bytes == right.bytes }

    /// The version of the Unicode tables that texts are folded by: what is stored folded follows from it.
    package static var unicodeVersion: String { unsafe String(cString: utf8proc_unicode_version()) }

    private static func smallLetter(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 0x20 : byte
    }

    private static func folded(_ bytes: [UInt8]) -> [UInt8] {
        var buffer: UnsafeMutablePointer<UInt8>?
        let count = unsafe muniment_fold(bytes, bytes.count, &buffer)
        defer { unsafe free(buffer) }
        guard count >= 0, let folded = unsafe buffer else {
            preconditionFailure("a text of ours is UTF-8 and short, so it can be folded: \(count)")
        }
        return unsafe Array(UnsafeBufferPointer(start: folded, count: count))
    }
}
