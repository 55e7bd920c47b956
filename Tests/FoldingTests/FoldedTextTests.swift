import Folding
import Testing

/// Texts that are one text, and texts that are two.
struct FoldedTextTests {
    @Test(arguments: [
        ("Ada@Example.COM", "ada@example.com"), ("Straße", "STRASSE"), ("É", "e\u{301}"), ("É", "é"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("σίσυφος", "σίσυφοσ"), ("\u{212B}", "å"), ("ﬁn", "FIN"), ("", ""),
    ])
    func `one text in two spellings is one`(left: String, right: String) {
        #expect(FoldedText(left) == FoldedText(right))
    }

    @Test(arguments: [("a", "á"), ("ss", "s"), ("a", "b"), ("i", "ı"), ("１", "1")])
    func `other texts are others`(left: String, right: String) {
        #expect(FoldedText(left) != FoldedText(right))
    }

    @Test func `folding twice changes nothing more`() {
        for scalar in (0x20...0x2FFF).compactMap(Unicode.Scalar.init) {
            let once = FoldedText("a\(scalar)b")
            #expect(FoldedText(String(decoding: once.bytes, as: UTF8.self)) == once, "U+\(scalar.value)")
        }
    }

    @Test(arguments: [("Grossstraße 5", "SSE 5", true), ("Zoë", "OË", true), ("abc", "bd", false), ("a", "", true)])
    func `a text is found within another whatever the case`(text: String, sought: String, isFound: Bool) {
        #expect(FoldedText(text).contains(FoldedText(sought)) == isFound)
    }

    @Test func `the tables say which Unicode they are of`() {
        #expect(FoldedText.unicodeVersion.contains("."))
    }
}
