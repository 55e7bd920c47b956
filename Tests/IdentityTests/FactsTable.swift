import Identity
import Wire

/// Facts that a test lays out by hand: a state without storage.
final class FactsTable: Facts {
    private var states: [String: Any] = [:]
    private var slugs: [String: String] = [:]

    /// - Parameter chain: where its entries count; a partner and a tenant tell themselves where they stand.
    func set<R: Resource>(_ id: Identifier<R>, _ state: R, version: UInt64 = 1, in chain: Place = .platform) {
        let now = Instant(seconds: 1_790_000_000)
        states[id.text] = Versioned(
            id: id,
            place: state.place(chain: chain),
            version: version,
            createdIndex: UInt64(states.count),
            createdAt: now,
            updatedAt: now,
            state: state
        )
    }

    /// Gives a place another status.
    func change(_ place: Place, to status: Status) {
        switch place {
        case .platform: break
        case .partner(let id): change(id, to: status)
        case .tenant(let id): change(id, to: status)
        }
    }

    private func change<R: Resource>(_ id: Identifier<R>, to status: Status) {
        guard var found = states[id.text] as? Versioned<R> else { return }
        found.state.status = status
        states[id.text] = found
    }

    func reserve<R: Resource>(_ slug: String, for id: Identifier<R>) { slugs[R.noun + "/" + slug] = id.text }

    func resource<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>? { states[id.text] as? Versioned<R> }

    func lasts<A: ActivityWithEnd>(_ id: Identifier<A>, at moment: Instant) throws -> Bool { false }

    func count<R: Resource>(_ kind: R.Type, in place: Place, _ key: FacetKey) throws -> Int {
        try members(kind, in: place, key, limit: .max).items.count
    }

    func members<R: Resource>(
        _ kind: R.Type,
        in place: Place,
        _ key: FacetKey,
        limit: Int,
    ) throws -> (items: [Versioned<R>], isWhole: Bool) {
        let all = states.values.compactMap { $0 as? Versioned<R> }.filter {
            $0.place == place && $0.state.life == .living && $0.state.facetKeys.contains(key)
        }
        return (Array(all.sorted { $0.createdIndex < $1.createdIndex }.prefix(limit)), all.count <= limit)
    }

    func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>? {
        slugs[R.noun + "/" + slug].flatMap { Identifier<R>($0) }
    }

    private var texts: [String: [String]] = [:]
    private var edges: [(relation: String, from: String, to: String)] = []

    /// Notes that a resource has a text in a field, compared as it is written.
    func hold<R: Resource>(_ text: String, in field: String, by id: Identifier<R>) {
        texts[field + "=" + text, default: []].append(id.text)
    }

    func link<L: Relation>(_ relation: L.Type, from: String, to: String) { edges.append((L.noun, from, to)) }

    func holders<R: Resource>(of text: String, in field: Field<R>, _ place: Place) throws -> [Identifier<R>] {
        try (texts[field.name + "=" + text] ?? []).compactMap { Identifier<R>($0) }.filter {
            try resource($0)?.place == place
        }
    }

    func stream<L: Relation>(of relation: L.Type, from: String, to: String) -> String { "\(L.prefix)_\(from)-\(to)" }

    func isLinked<L: Relation>(_ relation: L.Type, from: String, to: String) throws -> Bool {
        edges.contains { $0 == (L.noun, from, to) }
    }

    func containers<L: Relation>(_ relation: L.Type, of member: String) throws -> [String] {
        edges.filter { $0.relation == L.noun && $0.to == member }.map(\.from)
    }

    func containerCount<L: Relation>(_ relation: L.Type, of member: String) throws -> Int {
        try containers(relation, of: member).count
    }

    var ownScopes: [String] { [] }

    func heads(of chain: Place) throws -> JSON { ["state": .string(chain.text)] }
}

extension Identifier {
    /// An identifier that a test can read: `tnt_widget`.
    static func named(_ name: String) -> Self {
        guard let id = Self(Kind.prefix + "_" + name) else {
            preconditionFailure("\(name) is no part of an identifier")
        }
        return id
    }
}
