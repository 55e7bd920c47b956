import Identity

extension ViewDraft {
    /// Everything the audit can filter by is a term, so every filter has a list and every list a total.
    func foldTerms(_ entry: FoldedEntry) throws {
        note(entry.index, under: Term(.chain, entry.chain))
        note(entry.index, under: Term(.type, entry.type.rawValue))
        note(entry.index, under: Term(.result, entry.result.rawValue))
        if let actor = entry.actor { note(entry.index, under: Term(.actor, actor)) }
        if let stream = entry.stream { note(entry.index, under: Term(.stream, stream)) }
        if let address = try addressTerm(entry) { note(entry.index, under: address) }
    }
}
