import Identity
import Wire

/// What the command under way changes in the views.
struct CommandJournal {
    var rows = PendingRows()
    fileprivate var terms: [(term: Term, index: UInt64)] = []
    fileprivate var names: [EntryName] = []
    /// What has one entry more, once for each.
    fileprivate var lengthened: [String] = []
    /// How many of the terms were accepted.
    fileprivate var acceptedTerms = 0

    /// Everything the audit can filter by is a term, so every filter has a list and every list a total.
    mutating func addTerms(of entry: FoldedEntry, actor: Term?, address: Term?) {
        if let name = EntryName(of: entry) { names.append(name) }
        let index = entry.index
        terms.append((Term(.chain, entry.chain), index))
        terms.append((Term(.type, entry.type.text), index))
        terms.append((Term(.result, entry.result.rawValue), index))
        if let actor { terms.append((actor, index)) }
        if let stream = entry.stream { terms.append((Term(.stream, stream), index)) }
        if let address { terms.append((address, index)) }
        guard entry.type.changedRelation != nil else { return }
        for end in ["from", "to"].compactMap({ entry.data[$0]?.text }) { terms.append((Term(.end, end), index)) }
    }

    /// Its chain has one entry more, and so has the stream of an edge.
    mutating func lengthen(_ entry: FoldedEntry) {
        lengthened.append(entry.chain)
        if entry.type.changedRelation != nil, let stream = entry.stream { lengthened.append(stream) }
    }

    mutating func removeAll() {
        rows.removeAll()
        lengthened.removeAll(keepingCapacity: true)
        removeTermsAndNames()
    }

    fileprivate mutating func removeTermsAndNames() {
        terms.removeAll(keepingCapacity: true)
        names.removeAll(keepingCapacity: true)
        acceptedTerms = 0
    }
}

/// What the accepted commands have changed and the disk does not have yet.
struct AcceptedChanges {
    var rows = PendingRows()
    var terms = TermTails()
    var names: [EntryName] = []
    var lengths = ChainLengths()

    /// Takes over what the command that is done has changed, which is newer than what is here.
    ///
    /// - Returns: a term whose end is not known yet, and the entry that comes behind it: open it, and call again.
    ///   Nothing when all was taken.
    mutating func accept(_ journal: inout CommandJournal) -> (term: Term, index: UInt64)? {
        rows.merge(&journal.rows)
        lengths.add(&journal.lengthened)
        names.append(contentsOf: journal.names)
        journal.names.removeAll(keepingCapacity: true)
        if let place = terms.append(journal.terms, from: journal.acceptedTerms) {
            journal.acceptedTerms = place
            return journal.terms[place]
        }
        journal.removeTermsAndNames()
        return nil
    }
}
