package import Identity

extension RowReader {
    /// The indexes of a chain's entries, of both classes, after one index and up to another.
    ///
    /// - Parameter limit: how many there are at most in the answer; one more says that there are more.
    package func indexes(
        in chain: Place,
        after from: UInt64,
        upTo to: UInt64,
        limit: Int,
    ) throws -> [UInt64] {
        guard var list = try TermList(Term(.chain, chain.text), in: self) else { return [] }
        let (before, through) = (try list.rank(from), try list.rank(to))
        guard before < through else { return [] }
        return try (before..<min(through, before + limit + 1)).map { try list.index(at: $0) }
    }
}
