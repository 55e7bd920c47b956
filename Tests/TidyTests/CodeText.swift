/// The code of a Swift file without its comments and without what stands in its strings; lines stay where they are.
///
/// Code within a string's interpolation goes too: a rule that looks for calls does not see one in there.
struct CodeText {
    private enum State: Equatable {
        case code
        case lineComment
        case blockComment(depth: Int)
        /// How many `#` and quotation marks end it.
        case string(pounds: Int, quotes: Int)
    }

    let lines: [String]

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var state = State.code
        var place = 0
        while place < bytes.count {
            let (next, length) = Self.step(bytes[place...], state)
            for byte in bytes[place..<(place + length)] {
                let isKept = byte == UInt8(ascii: "\n") || (state == .code && next == .code)
                out.append(isKept ? byte : UInt8(ascii: " "))
            }
            state = next
            place += length
        }
        lines = String(decoding: out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// What the next bytes lead to, and how many they are.
    private static func step(_ rest: ArraySlice<UInt8>, _ state: State) -> (State, Int) {
        switch state {
        case .code: return codeStep(rest)
        case .lineComment: return rest.first == UInt8(ascii: "\n") ? (.code, 1) : (.lineComment, 1)
        case .blockComment(let depth):
            if rest.starts(with: "*/".utf8) { return (depth == 1 ? .code : .blockComment(depth: depth - 1), 2) }
            return rest.starts(with: "/*".utf8) ? (.blockComment(depth: depth + 1), 2) : (state, 1)
        case .string(let pounds, let quotes):
            let escape = [UInt8(ascii: "\\")] + [UInt8](repeating: UInt8(ascii: "#"), count: pounds)
            if rest.starts(with: escape) { return (state, min(escape.count + 1, rest.count)) }
            let end =
                [UInt8](repeating: UInt8(ascii: "\""), count: quotes)
                + [UInt8](repeating: UInt8(ascii: "#"), count: pounds)
            return rest.starts(with: end) ? (.code, end.count) : (state, 1)
        }
    }

    private static func codeStep(_ rest: ArraySlice<UInt8>) -> (State, Int) {
        if rest.starts(with: "//".utf8) { return (.lineComment, 2) }
        if rest.starts(with: "/*".utf8) { return (.blockComment(depth: 1), 2) }
        let pounds = rest.prefix { $0 == UInt8(ascii: "#") }.count
        let quotes = rest.dropFirst(pounds).prefix { $0 == UInt8(ascii: "\"") }.count
        guard quotes > 0 else { return (.code, max(1, pounds)) }
        // Two marks are an empty string, three open one of several lines.
        if quotes == 2, pounds == 0 { return (.code, 2) }
        let opening = quotes >= 3 ? 3 : 1
        return (.string(pounds: pounds, quotes: opening), pounds + opening)
    }
}
