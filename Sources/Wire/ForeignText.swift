/// Makes keepable text of bytes that somebody sent and nobody validates, such as a browser's name for itself.
package enum ForeignText {
    /// The text of at most that many bytes of UTF-8: invalid bytes become U+FFFD, and the cut falls between scalars.
    package static func clipped(_ bytes: [UInt8], maxBytes: Int) -> String {
        precondition(maxBytes >= 0, "a bound is not negative")
        // Repair never shortens (at most three invalid bytes become the three of U+FFFD), so what lies behind the bound
        // cannot come before it; three bytes more complete the scalar that the bound may split.
        let scalarTail = 3
        let window = bytes.prefix(min(maxBytes, bytes.count) + scalarTail)
        var text = String(decoding: window, as: UTF8.self).unicodeScalars
        var size = text.reduce(0) { $0 + UTF8.width($1) }
        while size > maxBytes, let last = text.popLast() {
            size -= UTF8.width(last)
        }
        return String(text)
    }
}
