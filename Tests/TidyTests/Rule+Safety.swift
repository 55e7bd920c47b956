extension Rule {
    /// What could crash the server, or undo what the compiler proves.
    static let safety: [Rule] = [
        .words(
            ["unsafe"],
            "`unsafe` only in the wrappers of C libraries",
            "move the call behind Storage, OpenSSL, Folding or Zstandard, and give a name like it to nothing else: `grep unsafe` is a review",
            in: { $0.isSource && !["Storage", "OpenSSL", "Folding", "Zstandard"].contains($0.target) },
            bad: ["    let count = unsafe read(file, &buffer, 8)"],
            good: ["    // An unsafe call is absent on purpose.", #"    let text = "unsafe""#, "    let unsafely = 1"],
            exceptions: [
                (
                    "Sources/Web/EventLoopTaskExecutor.swift",
                    "a job of the language is run on an executor of ours, and the type for that is unowned"
                )
            ]
        ),
        .words(
            ["try!"],
            "no `try!`",
            "throw on, or handle the error where it can be handled",
            in: { $0.isSwift },
            bad: ["    let value = try! parse(text)"],
            good: ["    let value = try? parse(text)"]
        ),
        .words(
            ["as!"],
            "no `as!`",
            "cast with `as?` and say what a wrong type means",
            in: { $0.isSwift },
            bad: ["    let name = value as! String"],
            good: ["    let name = value as? String"]
        ),
        Rule(
            name: "no force unwraps",
            advice: "use `guard let`, or `try #require` in tests",
            holds: { $0.isSwift },
            find: { file in file.code.indices.filter { file.code[$0].hasForceUnwrap } },
            bad: ["    return items.first!", "    let name = names[0]!.text", "    call(value!, 2)"],
            good: ["    if a != b { return }", "    return !isOpen", "    if a!=b { return }"]
        ),
        .words(
            ["fatalError("],
            "no `fatalError`",
            "`preconditionFailure` with the reason why it cannot happen, or a thrown error when it can",
            in: { $0.isSource },
            bad: ["    fatalError()"]
        ),
        Rule(
            name: "a confession has its argument beside it",
            advice: "say in a comment directly above why it is safe to share",
            holds: { $0.isSource },
            find: { file in file.code.indices.filter { file.isConfession($0) && !file.isArgued($0) } },
            bad: ["final class Box: @unchecked Sendable {", "    nonisolated(unsafe) var count = 0"],
            good: ["    nonisolated(unsafe) let handle = 1  // Set once, before anybody shares it."]
        ),
        .words(
            ["Task {", "Task.detached", "Task(priority"],
            "no loose tasks in libraries",
            "make the function async, or use a task group that somebody waits for",
            in: { $0.isSource && $0.target != "muniment" },
            bad: ["        Task { await run() }", "    Task.detached { }"],
            good: ["    group.addTask { await run() }"]
        ),
    ]
}

extension String {
    /// A `!` right behind a name or a closing bracket, and no comparison.
    fileprivate var hasForceUnwrap: Bool {
        let bytes = Array(utf8)
        return bytes.indices.contains { place in
            guard bytes[place] == UInt8(ascii: "!"), place > 0 else { return false }
            let before = bytes[place - 1]
            let follows = before.isOfName || before == UInt8(ascii: ")") || before == UInt8(ascii: "]")
            let isComparison = place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "=")
            // These have rules, and words, of their own.
            let isKeyword = ["try!", "as!"].contains { bytes[...place].suffix($0.utf8.count).elementsEqual($0.utf8) }
            return follows && !isComparison && !isKeyword
        }
    }
}

extension SourceFile {
    fileprivate func isConfession(_ line: Int) -> Bool {
        code[line].contains("@unchecked Sendable") || code[line].contains("nonisolated(unsafe)")
    }

    /// Whether a comment stands beside the line, or directly above it and others of its kind.
    fileprivate func isArgued(_ line: Int) -> Bool {
        if lines[line].contains("//") { return true }
        var above = line - 1
        while above >= 0, isConfession(above) || isAttribute(above) { above -= 1 }
        return above >= 0 && isComment(above)
    }

    private func isComment(_ line: Int) -> Bool { lines[line].drop { $0 == " " }.hasPrefix("//") }
    private func isAttribute(_ line: Int) -> Bool { lines[line].drop { $0 == " " }.hasPrefix("@") }
}
