import Folding
import Identity

/// The edges that a plan has decided to make or to take away.
struct PlannedEdges {
    /// By relation and member: the containers, and whether the member is to be in each.
    private var byMember: [String: [String: Bool]] = [:]

    mutating func set(_ relation: RelationKind, from: String, to: String, isLinked: Bool) {
        byMember[Self.key(relation, to), default: [:]][from] = isLinked
    }

    /// - Returns: nil where nothing was decided about it.
    func isLinked(_ relation: RelationKind, from: String, to: String) -> Bool? {
        byMember[Self.key(relation, to)]?[from]
    }

    func changes(_ relation: RelationKind, of member: String) -> [String: Bool] {
        byMember[Self.key(relation, member)] ?? [:]
    }

    private static func key(_ relation: RelationKind, _ member: String) -> String {
        relation.rawValue + " " + member
    }
}

/// The texts that resources are to have where nobody else may have the same: known before the first is decided, so that
/// two can exchange theirs.
struct PlannedTexts {
    private struct Key: Hashable {
        let field: String
        let place: Place
        let text: [UInt8]
    }

    private var holders: [Key: [String]] = [:]
    private var announced: Set<String> = []

    mutating func announce(_ text: FoldedText?, _ field: String, of id: String, in place: Place) {
        announced.insert(field + " " + id)
        guard let text else { return }
        holders[Key(field: field, place: place, text: text.bytes), default: []].append(id)
    }

    func isAnnounced(_ field: String, of id: String) -> Bool {
        !announced.isEmpty && announced.contains(field + " " + id)
    }

    func holders(of text: FoldedText, _ field: String, in place: Place) -> [String] {
        holders.isEmpty ? [] : holders[Key(field: field, place: place, text: text.bytes)] ?? []
    }
}
