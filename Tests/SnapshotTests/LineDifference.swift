/// Two texts side by side as a reader wants them: the lines that went, the lines that came, and where.
struct LineDifference: CustomStringConvertible {
    /// What is longer than this is looked at in the version control anyway.
    static let linesMax = 40
    static let lineCharactersMax = 1_200

    let description: String

    init(from old: String, to new: String) {
        let (old, new) = (Self.lines(old), Self.lines(new))
        let changes = new.difference(from: old).map { change in
            switch change {
            case .remove(let offset, let line, _): (offset: offset, mark: "-", line: line)
            case .insert(let offset, let line, _): (offset: offset, mark: "+", line: line)
            }
        }
        let sorted = changes.sorted { ($0.offset, $1.mark) < ($1.offset, $0.mark) }
        var shown = sorted.prefix(Self.linesMax).map {
            "\($0.mark) \($0.offset + 1): \($0.line.prefix(Self.lineCharactersMax))"
        }
        if sorted.count > Self.linesMax { shown.append("… and \(sorted.count - Self.linesMax) more lines") }
        description = shown.joined(separator: "\n")
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
