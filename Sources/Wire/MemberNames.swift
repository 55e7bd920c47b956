/// Decides whether an object may have one more member of a given name.
///
/// RFC 8259 §4 leaves open what repeated names mean. Readers differ, and attackers live on the difference, so a
/// repeated name is refused. In canonical form each name must follow the one before, which excludes repetition.
struct MemberNames {
    /// Up to here looking at each earlier name is cheaper than a set; beyond, it would let a sender waste our time.
    private static let comparedOneByOneMax = 16

    private let dialect: JSON.Dialect
    private var many: Set<ExactText> = []

    init(_ dialect: JSON.Dialect) {
        self.dialect = dialect
    }

    mutating func admit(
        _ name: String,
        after entries: [(name: String, value: JSON)],
        at offset: Int,
    ) throws(Malformed) {
        switch dialect {
        case .canonical:
            if let last = entries.last, !last.name.utf16Precedes(name) {
                throw Malformed("the members are not in canonical order", at: offset)
            }
        case .foreign:
            if !isNew(name, after: entries) { throw Malformed("a member's name is repeated", at: offset) }
        }
    }

    private mutating func isNew(_ name: String, after entries: [(name: String, value: JSON)]) -> Bool {
        guard entries.count >= Self.comparedOneByOneMax else {
            return !entries.contains { $0.name.bytesEqual(name) }
        }
        if many.isEmpty { many = Set(entries.lazy.map { ExactText($0.name) }) }
        return many.insert(ExactText(name)).inserted
    }
}
