import Views

/// Compares what `views.attested` says with what a replay has made of the same entries.
final class AttestationCheck {
    /// Tables whose sums are not the attested ones, and the entry that attests them.
    struct Difference {
        let index: UInt64
        let tables: [String]
    }

    private(set) var comparedCount = 0
    private(set) var differences: [Difference] = []
    private var isSealed = false
    private var hasRemoved = false

    /// A segment could not be opened: tables that stand for what was sealed cannot be made again.
    func foundSealed() { isSealed = true }

    /// Retention took an entry out: what it had become in the views at the time is gone as well.
    func foundRemoved() { hasRemoved = true }

    func compare(_ entry: FoldedEntry, with transaction: ViewTransaction) throws {
        // Of another layout nothing can be said but that it was another.
        guard !hasRemoved, let attested = ViewAttestation(entry.data) else { return }
        comparedCount += 1
        let tables = attested.tables(differingFrom: try transaction.attestation(), opened: !isSealed)
        if !tables.isEmpty { differences.append(Difference(index: entry.index, tables: tables)) }
    }
}
