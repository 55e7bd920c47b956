package import Wire

/// What a decision may ask about the state it is decided against.
///
/// Answers come from the writer's own transaction.
package protocol Facts {
    /// The state of a resource, a deleted one included.
    func resource<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>?
    /// Whether an activity has begun and is not over at a moment: now by the wall clock, which every duration ends by;
    /// of the past when the last entry was recorded that is seen.
    func lasts<A: ActivityWithEnd>(_ id: Identifier<A>, at moment: Instant) throws -> Bool
    /// How many living resources of a kind stand in a place and are in a set.
    func count<R: Resource>(_ kind: R.Type, in place: Place, _ key: FacetKey) throws -> Int
    /// The living ones in the order of creation: at most `limit` of them, and whether these are all.
    func members<R: Resource>(
        _ kind: R.Type,
        in place: Place,
        _ key: FacetKey,
        limit: Int,
    ) throws -> (items: [Versioned<R>], isWhole: Bool)
    /// Who has, or ever had, a slug among resources of a kind.
    func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>?
    /// Those of a place that have a text in a field now, compared in normal form and without case; deleted ones too.
    func holders<R: Resource>(of text: String, in field: Field<R>, _ place: Place) throws -> [Identifier<R>]
    /// The stream of the entries of an edge.
    func stream<L: Relation>(of relation: L.Type, from: String, to: String) -> String
    /// Whether there is an edge, whatever has become of its ends.
    func isLinked<L: Relation>(_ relation: L.Type, from: String, to: String) throws -> Bool
    /// The containers that something is a member of.
    func containers<L: Relation>(_ relation: L.Type, of member: String) throws -> [String]
    func containerCount<L: Relation>(_ relation: L.Type, of member: String) throws -> Int
    /// The heads of a chain, one for each class it has, as a transfer writes them down.
    func heads(of chain: Place) throws -> JSON
    /// Scopes of the deployment's own choice that open something of ours.
    var ownScopes: [String] { get }
}

extension Facts {
    package func count<R: Resource>(_ kind: R.Type, in place: Place) throws -> Int {
        try count(kind, in: place, .all)
    }

    /// A resource that exists, was not deleted, and stands where everything above it lives.
    package func living<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R> {
        guard let found = try resource(id), found.state.status != .deleted, try lives(found.place) else {
            throw Rejection.notFound(R.noun)
        }
        return found
    }

    /// Where a living resource of a kind stands; nil where there is none by that identifier.
    package func place(ofLiving id: String, _ kind: Kind) throws -> Place? {
        try kind.accept(PlaceOfLiving(id: id, facts: self))
    }

    package func active<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R> {
        let found = try living(id)
        guard found.state.status == .active else {
            throw Rejection(.conflict, "\(R.noun)_suspended", "The \(R.noun) is suspended")
        }
        return found
    }

    /// The partner that a tenant is of, deleted or not.
    package func partner(of tenant: TenantID) throws -> PartnerID? { try resource(tenant)?.place.partnerID }

    /// Whether everything from here up to the platform is there: what stands below a deleted place is gone with it.
    package func lives(_ place: Place) throws -> Bool { try path(of: place, allSatisfy: { $0 != .deleted }) }

    /// Whether everything from here up to the platform is active: only then may tokens be issued or used.
    package func isActive(_ place: Place) throws -> Bool { try path(of: place, allSatisfy: { $0 == .active }) }

    /// The places that a place stands in, the nearest first.
    package func above(_ place: Place) throws -> [Place] {
        switch place {
        case .platform: []
        case .partner: [.platform]
        case .tenant(let id): try partner(of: id).map { [.partner($0), .platform] } ?? []
        }
    }

    private func path(of place: Place, allSatisfy holds: (Status) -> Bool) throws -> Bool {
        switch place {
        case .platform:
            return true
        case .partner(let id):
            guard let partner = try resource(id) else { return false }
            return holds(partner.state.status)
        case .tenant(let id):
            guard let tenant = try resource(id), holds(tenant.state.status) else { return false }
            return try path(of: tenant.place, allSatisfy: holds)
        }
    }

    /// Fails where those above, who stopped it, are not reached: who was stopped from above is not started from below.
    func requireMayStart<R: Resource>(_ resource: Versioned<R>, by authority: Authority) throws {
        for place in [resource.suspendedFrom, resource.deletedFrom].compactMap(\.self) {
            try authority.require(place, self)
        }
    }
}

extension Facts {
    /// The scopes that whoever uses a resource can act with, what it hangs on included.
    package func power(of stream: String) throws -> [String] {
        for kind in Kind.allCases {
            if let power = try kind.accept(PowerOf(stream: stream, facts: self)) { return power }
        }
        return []
    }
}

private struct PowerOf<F: Facts>: KindVisitor {
    let stream: String
    let facts: F

    /// - Returns: nil where the stream is not of this kind.
    func visit<R: Resource>(_ kind: R.Type) throws -> [String]? {
        guard let id = Identifier<R>(stream) else { return nil }
        guard let state = try facts.resource(id)?.state else { return [] }
        return state.power + (try state.owner.map { try facts.power(of: $0) } ?? [])
    }
}

private struct PlaceOfLiving<F: Facts>: KindVisitor {
    let id: String
    let facts: F

    func visit<R: Resource>(_ kind: R.Type) throws -> Place? {
        guard let id = Identifier<R>(id), let found = try facts.resource(id), found.state.life == .living,
            try facts.lives(found.place)
        else { return nil }
        return found.place
    }
}
