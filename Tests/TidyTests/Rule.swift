import Testing

/// One thing a machine can check in a line: where it holds, what it looks for, and the better way.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    /// What to do instead.
    let advice: String
    let holds: @Sendable (SourceFile) -> Bool
    /// The lines that break it, from 0.
    let find: @Sendable (SourceFile) -> [Int]
    /// Lines of Swift that must be found, so that a rule that finds nothing is known to look.
    let bad: [String]
    /// Lines that look like it and are fine.
    let good: [String]
    /// Files in which it need not hold, each with the reason.
    var exceptions: [(path: String, reason: String)] = []

    var testDescription: String { name }

    func findings(in files: [SourceFile]) -> [Finding] {
        files.filter { file in holds(file) && !exceptions.contains { $0.path == file.path } }.flatMap { file in
            find(file).map { Finding(path: file.path, line: $0 + 1, advice: advice) }
        }
    }
}

extension Rule {
    /// A rule that some words are not used in code.
    static func words(
        _ words: [String],
        _ name: String,
        _ advice: String,
        in holds: @escaping @Sendable (SourceFile) -> Bool,
        bad: [String],
        good: [String] = [],
        exceptions: [(path: String, reason: String)] = [],
    ) -> Rule {
        Rule(
            name: name,
            advice: advice,
            holds: holds,
            find: { file in
                file.code.indices.filter { line in words.contains { file.code[line].has(word: $0) } }
            },
            bad: bad,
            good: good,
            exceptions: exceptions
        )
    }
}

extension String {
    /// Whether a word stands here by itself; the byte before it is no part of a name, nor the one after if it ends a
    /// name.
    func has(word: String) -> Bool {
        let (text, word) = (Array(utf8), Array(word.utf8))
        guard let first = word.first, let last = word.last, text.count >= word.count else { return false }
        return (0...(text.count - word.count)).contains { start in
            guard text[start] == first, text[start..<(start + word.count)].elementsEqual(word) else { return false }
            let isCutBefore = start == 0 || !first.isOfName || !text[start - 1].isOfName
            let end = start + word.count
            return isCutBefore && (end == text.count || !last.isOfName || !text[end].isOfName)
        }
    }
}

extension UInt8 {
    /// Letters, digits and the underscore; every byte of a scalar beyond ASCII.
    var isOfName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
