package import Wire

/// What a decision may ask about the state it is decided against.
///
/// Answers come from the writer's own transaction.
package protocol Facts {
    /// The present state of a resource, a deleted one included.
    func current<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>?
    /// How many resources of a kind belong to a set.
    func count<R: Resource>(_ kind: R.Type, in membership: Membership) throws -> Int
    /// The members of a set in the order of creation, at most `limit` of them.
    func members<R: Resource>(_ kind: R.Type, of membership: Membership, limit: Int) throws -> [Versioned<R>]
    /// Who has, or ever had, a slug among resources of a kind.
    func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>?
    /// The heads of a chain, one for each class it has, as a transfer writes them down.
    func heads(of chain: Chain) throws -> JSON
}

extension Facts {
    /// A resource that exists and is not deleted.
    package func living<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R> {
        guard let found = try current(id), found.state.status != .deleted else { throw Rejection.notFound(R.noun) }
        return found
    }

    package func active<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R> {
        let found = try living(id)
        guard found.state.status == .active else {
            throw Rejection(.conflict, "\(R.noun)_suspended", "The \(R.noun) is suspended")
        }
        return found
    }

    /// Whether everything from here up to the platform is active: only then may tokens be issued or used.
    package func isActive(_ chain: Chain) throws -> Bool {
        switch chain {
        case .platform:
            return true
        case .partner(let id):
            return try current(id)?.state.status == .active
        case .tenant(let id):
            guard let tenant = try current(id), tenant.state.status == .active, let partner = tenant.state.partnerID
            else { return false }
            return try isActive(.partner(partner))
        }
    }
}
