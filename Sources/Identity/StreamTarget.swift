/// What a stream of entries is about: a resource, or an edge between two.
package enum StreamTarget: Sendable, Equatable {
    case resource(Kind)
    case edge(RelationKind, from: String, to: String)
}

extension Kind {
    /// The kind that an identifier is of, by the letters before its underscore.
    package init?(ofIdentifier id: String) {
        guard let kind = Self.allCases.first(where: { id.hasPrefix($0.prefix + "_") }) else { return nil }
        self = kind
    }
}
