/// A text that equals only the very same bytes, for use as a key of sets and dictionaries.
///
/// Swift's `String` is equal, and hashes alike, by Unicode equivalence: it merges "é" with "e" followed by a combining
/// accent. Names that come from outside must stay apart when their bytes do, as RFC 8785 and the ledger see them.
package struct ExactText: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.bytesEqual(right.text)
    }

    package static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.bytesPrecede(right.text)
    }

    package func hash(into hasher: inout Hasher) {
        // The length comes first, so that two texts hashed in a row cannot be confused by moving bytes between them.
        hasher.combine(text.utf8.count)
        for byte in text.utf8 {
            hasher.combine(byte)
        }
    }
}
