/// Text that is HTML: what is put into it is escaped by its type, unless it is HTML itself.
struct HTML: ExpressibleByStringInterpolation {
    let text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    private init(text: String) { self.text = text }

    /// One after the other, each on a line of its own.
    static func lines(_ parts: [HTML]) -> HTML { HTML(text: parts.map(\.text).joined(separator: "\n")) }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ html: HTML) { text += html.text }

        /// Good for the text of an element and for an attribute's value in quotes.
        mutating func appendInterpolation(_ plain: String) {
            for character in plain.unicodeScalars {
                switch character {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                case _: text.unicodeScalars.append(character)
                }
            }
        }
    }
}
