import Endpoints
import Engine
import Identity
import Views
import Wire

/// What a list is narrowed to, and which page of it is shown.
struct ListFilters<R: Administered>: Sendable {
    static var searchCharactersMax: Int { 256 }
    /// Deleted resources are in no set but their own: with other filters as well, so many of them are looked at.
    static var deletedMax: Int { 10_000 }

    /// Fields with the values they must have.
    private var fields: [(name: String, value: String)] = []
    private var owners: [Chain] = []
    private var search: String?
    private let page: Int
    private let perPage: Int

    static var parameters: [Endpoint.Parameter] {
        let search = Endpoint.Parameter(
            "search",
            in: .query,
            "Text that a name or slug contains, whatever the case",
            .string(maxLength: searchCharactersMax)
        )
        let status = Endpoint.Parameter(
            "status",
            in: .query,
            "DELETED lists deleted ones, for those who could create them",
            .choice(Status.allCases.map(\.rawValue))
        )
        return [search, status]
            + R.filters.compactMap { name in
                R.field(name).map { Endpoint.Parameter(name, in: .query, $0.summary, $0.kind.schema) }
            }
    }

    init(_ query: Query) throws(Refusal) {
        page = query.page
        perPage = query.perPage
        search = query.text("search").flatMap { $0.isEmpty ? nil : $0 }
        for name in R.filters + ["status"] {
            guard let value = query.text(name) else { continue }
            fields.append((name, value))
            guard let field = R.field(name), case .identifier(let prefix, _) = field.kind else { continue }
            guard let owner = Chain(value), value.hasPrefix(prefix + "_") else {
                let message = "Input should be an identifier that starts with '\(prefix)_'"
                throw .rejected(.invalid([Query.issue(name, message, "string_pattern_mismatch")]))
            }
            owners.append(owner)
        }
    }

    private var wantsDeleted: Bool {
        fields.contains { $0.name == "status" && $0.value == Status.deleted.rawValue }
    }

    /// Whether the caller may ask for this at all: of owners out of its reach it learns nothing.
    func require(_ authority: Authority) throws(Rejection) {
        for owner in owners { try authority.require(owner) }
        if wantsDeleted, let rejection = authority.gate(R.area, .write) { throw rejection }
    }

    /// Where a read of this list counts: with the owner it is narrowed to, if there is one by that name.
    func chain(in snapshot: ViewSnapshot, by authority: Authority) throws -> Chain? {
        if case .tenant(let own) = authority.reach { return .tenant(own) }
        return try owners.first { owner in
            switch owner {
            case .platform: true
            case .partner(let id): try snapshot.current(id) != nil
            case .tenant(let id): try snapshot.current(id) != nil
            }
        }
    }

    func find(in snapshot: ViewSnapshot, by authority: Authority) throws -> Found<R> {
        var narrowed = self
        if case .tenant(let own) = authority.reach {
            guard let name = R.tenantField else { return Found(items: [], total: 0, isExact: true) }
            if name == "id" {
                let itself = try Identifier<R>(own.text).flatMap { try snapshot.current($0) }
                return try sift([itself], isWhole: true)
            }
            narrowed.fields.append((name, own.text))
        }
        if wantsDeleted, narrowed.fields.count > 1 {
            let deleted = Membership("status", Status.deleted.rawValue)
            let looked = try snapshot.members(R.self, of: deleted, limit: Self.deletedMax)
            return try narrowed.sift(looked, isWhole: looked.count < Self.deletedMax)
        }
        var query = ListQuery()
        query.memberships = narrowed.fields.map { Membership($0.name, $0.value) }
        if query.memberships.isEmpty { query.memberships = [.all] }
        query.search = search
        query.page = page
        query.perPage = perPage
        let found = try snapshot.list(R.self, query)
        return Found(items: found.items, total: found.total, isExact: found.isExact)
    }

    /// Filters what is at hand by the fields themselves.
    private func sift(_ candidates: [Versioned<R>?], isWhole: Bool) throws -> Found<R> {
        let sought = search.map { FoldedText($0) }
        let matching = candidates.compactMap(\.self).filter { resource in
            if resource.state.status == .deleted, !wantsDeleted { return false }
            let fits = fields.allSatisfy { name, value in
                R.field(name)?.get(resource.state).text?.bytesEqual(value) ?? false
            }
            guard fits, let sought else { return fits }
            return resource.state.searchText.contains { FoldedText($0).contains(sought) }
        }
        return Found(items: Array(matching.page(page, of: perPage)), total: matching.count, isExact: isWhole)
    }
}

/// A page of a list that was found.
struct Found<R: Resource>: Sendable {
    let items: [Versioned<R>]
    let total: Int
    let isExact: Bool
}
