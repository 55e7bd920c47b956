import EventLog

// Lists, totals, memberships and what is gone with its place.
extension Oracle {
    /// Every answer about what stands where is what the entries say, as of the entry that it sees.
    static func answersAreTheEntries(_ evidence: Evidence) -> [String] {
        var (model, found): (NaiveModel, [String]) = (NaiveModel(), [])
        var left = evidence.answers.sorted { $0.index < $1.index }[...]
        for entry in evidence.entries {
            if let wrong = model.fold(entry) { found.append(wrong) }
            while let next = left.first, next.index <= entry.index {
                left.removeFirst()
                guard !model.agrees(next.answer, to: next.question) else { continue }
                let told = next.answer.map { "\($0.total): \($0.shown)" } ?? "nothing"
                found.append("\(next.question) as of \(next.index) are told as \(told)")
            }
        }
        return found + left.map { "\($0.question) are told as of \($0.index), which is not there" }
    }
}
