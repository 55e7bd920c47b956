/// A file of the repository: its lines as written, and as code alone.
struct SourceFile {
    /// From the top of the repository: `Sources/Wire/JSON.swift`.
    let path: String
    let lines: [String]
    /// The same lines with comments and the contents of strings blanked, so that only code is found in them.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = CodeText(text).lines
    }

    /// `Wire` of `Sources/Wire/JSON.swift`.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var isSource: Bool { path.hasPrefix("Sources/") && path.hasSuffix(".swift") }
    var isSwift: Bool { path.hasSuffix(".swift") }
}

/// Where something is not as the house wants it, and what would be better.
struct Finding: CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let advice: String

    var description: String { "\(path):\(line): \(advice)" }
}
