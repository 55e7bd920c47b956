extension Scope {
    /// Which of the scopes that somebody holds at a level lets them do what another names; nil where none does.
    ///
    /// Over the platform its own two stand for every scope that opens something of ours: for reading, and for both.
    package static func giving(
        _ wanted: String,
        among held: [String],
        at level: Place.Level,
        ownScopes: [String],
    ) -> String? {
        if let own = held.first(where: { holds([$0], wanted) }) { return own }
        guard level == .platform, isManagement(wanted) || contains(ownScopes, wanted) else { return nil }
        let standing = wanted.hasSuffix(":read") ? [adminRead, adminWrite] : [adminWrite]
        return standing.first { contains(held, $0) }
    }

    private static func contains(_ scopes: [String], _ scope: String) -> Bool {
        scopes.contains { $0.utf8.elementsEqual(scope.utf8) }
    }
}
