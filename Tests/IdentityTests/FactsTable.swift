import Identity
import Wire

/// Facts that a test lays out by hand: a state without storage.
final class FactsTable: Facts {
    private var states: [String: Any] = [:]
    private var slugs: [String: String] = [:]

    func set<R: Resource>(_ id: Identifier<R>, _ state: R, version: UInt64 = 1) {
        let now = Instant(seconds: 1_790_000_000)
        states[id.text] = Versioned(
            id: id,
            version: version,
            createdIndex: UInt64(states.count),
            createdAt: now,
            updatedAt: now,
            state: state
        )
    }

    func reserve<R: Resource>(_ slug: String, for id: Identifier<R>) { slugs[R.noun + "/" + slug] = id.text }

    func current<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>? { states[id.text] as? Versioned<R> }

    func count<R: Resource>(_ kind: R.Type, in membership: Membership) throws -> Int {
        try members(kind, of: membership, limit: .max).count
    }

    func members<R: Resource>(_ kind: R.Type, of membership: Membership, limit: Int) throws -> [Versioned<R>] {
        let all = states.values.compactMap { $0 as? Versioned<R> }.filter { $0.state.memberships.contains(membership) }
        return Array(all.sorted { $0.createdIndex < $1.createdIndex }.prefix(limit))
    }

    func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>? {
        slugs[R.noun + "/" + slug].flatMap { Identifier<R>($0) }
    }

    func heads(of chain: Chain) throws -> JSON { ["state": .string(chain.text)] }
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
