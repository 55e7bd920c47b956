import OpenSSL
import Wire

/// The runs of entries that retention removed, or announced to remove.
struct RetentionBook {
    /// What one `retention.applied` says.
    struct Run {
        let index: UInt64
        let chain: String
        /// The first sequence that is kept.
        let end: UInt64
        let lastLeaf: Digest
        let firstIndex: UInt64
        let lastIndex: UInt64
        let count: UInt64
        /// The sequence of its first entry, once that is known.
        var start: UInt64?
        var removed: UInt64 = 0

        /// - Returns: `nil` unless the entry is a `retention.applied` by all its members.
        init?(_ entry: Entry) {
            let data = MemberReader(entry.data)
            guard entry.type == OwnType.retentionApplied.rawValue, entry.class == .state,
                let chain = try? data.text("chain"), let end = try? data.position("before_sequence"), end > 0,
                let lastLeaf = try? data.digest("last_leaf"),
                let firstIndex = try? data.position("first_index"), let lastIndex = try? data.position("last_index"),
                let count = try? data.position("count"), count > 0, entry.data["counters"]?.members != nil,
                firstIndex <= lastIndex, lastIndex < entry.index
            else { return nil }
            index = entry.index
            self.chain = chain
            self.end = end
            self.lastLeaf = lastLeaf
            self.firstIndex = firstIndex
            self.lastIndex = lastIndex
            self.count = count
        }
    }

    private(set) var runs: [UInt64: Run] = [:]
    /// The first sequence kept of each chain, as far as `retention.applied` was read.
    private var ends: [ExactText: UInt64] = [:]
    /// Announced runs whose entries are all still there.
    private(set) var announced: [Run] = []

    /// A run found by looking ahead, because a removed entry names it.
    mutating func learn(_ run: Run) {
        if runs[run.index] == nil { runs[run.index] = run }
    }

    /// Counts a removed entry in its run.
    ///
    /// - Returns: what is wrong with the run there, if anything.
    mutating func admitRemoved(_ run: UInt64, _ index: UInt64, sequence: UInt64, leaf: Digest) -> String? {
        guard var known = runs[run] else { return nil }
        defer { runs[run] = known }
        known.removed += 1
        if known.start == nil {
            known.start = sequence
            if index != known.firstIndex { return "first_index is not \(index)" }
        }
        guard sequence + 1 == known.end else { return nil }
        return index == known.lastIndex && leaf == known.lastLeaf
            ? nil : "last_index and last_leaf are not those of entry \(index)"
    }

    /// Judges the `retention.applied` itself, when its place in the ledger is reached.
    mutating func admit(_ run: Run, headSequence: UInt64?) -> String? {
        let known = runs[run.index] ?? run
        let start = ends[ExactText(run.chain)] ?? 0
        ends[ExactText(run.chain)] = run.end
        guard run.end > start, run.count == run.end - start else {
            return "count is not that of the sequences from \(start) to before \(run.end)"
        }
        guard let headSequence, headSequence + 1 >= run.end else {
            return "it removes entries that do not come before it"
        }
        if known.removed == 0 {
            var kept = run
            kept.start = start
            announced.append(kept)
            return nil
        }
        guard known.start == start, known.removed == run.count else {
            return "\(known.removed) of the \(run.count) entries it removes are removed"
        }
        return nil
    }
}
