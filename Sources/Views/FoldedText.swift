/// Text as searches and addresses compare it: lower case, scalar by scalar, as Unicode's own tables have it, without
/// regard to language.
///
/// There is deliberately no normalisation: the standard library composes no text for others to see, and an address
/// written with a combining accent is another address to every mail server that does not normalise either.
package struct FoldedText: Sendable {
    let text: String

    package init(_ text: String) {
        var folded = ""
        for scalar in text.unicodeScalars { folded += scalar.properties.lowercaseMapping }
        self.text = folded
    }

    /// Whether the bytes of another text stand somewhere in this one.
    package func contains(_ other: FoldedText) -> Bool {
        let (text, sought) = (text.utf8Span.span, other.text.utf8Span.span)
        guard sought.count <= text.count else { return false }
        for start in 0...(text.count - sought.count) {
            var place = 0
            while place < sought.count, text[start + place] == sought[place] { place += 1 }
            if place == sought.count { return true }
        }
        return false
    }
}
