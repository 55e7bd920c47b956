import Endpoints
import Engine
import Folding
import Identity
import Views
import Wire

/// What a list is narrowed to, and which page of it is shown.
struct ListRequest<R: ManagedResource>: Sendable {
    static var searchCharactersMax: Int { 256 }

    private let facets: [FacetKey]
    private let life: Life
    /// The places that the list is narrowed to, the lowest first.
    private let named: [Place]
    private let edges: [EdgeFilter]
    private let search: String?
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
        let facets = R.facets.filter { $0.name != "status" }.map { facet in
            Endpoint.Parameter(facet.name, in: .query, facet.field.summary, facet.field.kind.schema)
        }
        return [search, status] + PlaceFilter.of(R.self).map(\.parameter) + facets
            + EdgeParameter.of(R.self).map(\.parameter)
    }

    init(_ query: Query) throws(Refusal) {
        page = query.page
        perPage = query.perPage
        search = query.text("search").flatMap { $0.isEmpty ? nil : $0 }
        let status = query.text("status")
        life = status == Status.deleted.rawValue ? .deleted : .living
        var facets: [FacetKey] = []
        for facet in R.facets {
            guard let value = query.text(facet.name), value != Status.deleted.rawValue else { continue }
            facets.append(FacetKey(facet.name, value))
        }
        self.facets = facets
        var named: [Place] = []
        for filter in PlaceFilter.of(R.self) {
            if let place = try filter.place(in: query) { named.append(place) }
        }
        self.named = named
        edges = EdgeParameter.of(R.self).compactMap { $0.edge(in: query) }
    }

    /// Where a read of this list counts: with the place it is narrowed to, if there is one by that name; else with the
    /// reader.
    func chain(by judge: Judge) throws -> Place? {
        try named.first { place in
            switch place {
            case .platform: true
            case .partner(let id): try judge.head.resource(id) != nil
            case .tenant(let id): try judge.head.resource(id) != nil
            }
        } ?? judge.authority.places.first
    }

    /// - Parameter opening: the fields of a sealed segment, nil where its key is gone.
    func find(
        in reader: ViewSnapshot,
        by judge: Judge,
        opening: (SealedReference) throws -> Members?,
    ) throws -> ListPage<R> {
        // Of places out of its reach a caller learns nothing.
        for place in named { try judge.require(place) }
        for edge in edges { try edge.require(judge) }
        if life == .deleted { try judge.authority.require(.writes(R.self)) }
        var query = ListQuery(try places(in: reader, by: judge))
        query.life = life
        query.facets = facets
        query.edges = edges
        query.search = search
        query.found = try found(in: reader, opening)
        query.page = page
        query.perPage = perPage
        let found = try reader.list(R.self, query)
        return try found.joined(by: itself(in: reader, by: judge), query)
    }

    /// The places that are named, or those that the caller reaches; of each those below it in which such things stand.
    ///
    /// What is named is data, and read as of the reader's position; what is reached is judged now.
    private func places(in reader: ViewSnapshot, by judge: Judge) throws -> [PlaceSince] {
        var places: [PlaceSince] = []
        for base in named.isEmpty ? judge.authority.places : [named[0]] where try isNamed(base, in: reader) {
            let below = try reader.places(in: base, at: R.standsIn)
            guard below.isWhole else { throw Self.tooMany }
            let isAll = judge.authority.reachesPlatform
            if named.isEmpty, life == .living, !R.shownBelow.isEmpty {
                places += try reader.above(base).filter { R.standsIn.contains($0.level) }.map { PlaceSince($0) }
            }
            places +=
                try isAll ? below.places : below.places.filter { try judge.authority.reaches($0.place, judge.head) }
        }
        return places
    }

    /// Those that have the whole text that is searched, where that is a text which no row shows.
    ///
    /// Of the past only those who had it once are known: how it was then is opened.
    private func found(
        in reader: ViewSnapshot,
        _ opening: (SealedReference) throws -> Members?,
    ) throws -> Set<String> {
        guard let search else { return [] }
        var found: Set<String> = []
        for field in R.fields where field.index?.isEverywhere == true && field.kind.isSealed {
            let isPast = reader.position != nil
            for id in try reader.present.holders(of: search, in: field, nil, orBefore: isPast) {
                if isPast {
                    guard let then = try reader.resource(id),
                        let reference = SealedReference(stored: field.get(then.state)),
                        let text = try opening(reference)?[field.name]?.text, FoldedText(text) == FoldedText(search)
                    else { continue }
                }
                found.insert(id.text)
            }
        }
        return found
    }

    /// Whether a place stands in all that are named.
    private func isNamed(_ place: Place, in reader: ViewSnapshot) throws -> Bool {
        guard named.count > 1, case .tenant(let tenant) = place else { return true }
        return try reader.partner(of: tenant).map { named.contains(.partner($0)) } ?? false
    }

    /// A place that lists what it is reads itself: a tenant's caller among tenants.
    private func itself(in reader: ViewSnapshot, by judge: Judge) throws -> [Versioned<R>] {
        guard let level = R.isPlace, life == .living else { return [] }
        let own = judge.authority.places.filter { $0.level == level }
        return try own.compactMap { place in
            guard let id = Identifier<R>(place.text), let found = try reader.resource(id),
                found.state.life == .living, facets.allSatisfy(found.state.facetKeys.contains),
                named.allSatisfy({ $0 == found.place })
            else { return nil }
            return found
        }
    }

    private static var tooMany: Rejection {
        let message = "This is a list over more than \(ViewSnapshot.placesMax) places: name one of them"
        let issues = PlaceFilter.of(R.self).map { Query.issue($0.name, message, "value_error") }
        return .invalid(issues)
    }
}

extension ListPage {
    /// The list with the few that its reader itself is.
    fileprivate func joined(by own: [Versioned<R>], _ query: ListQuery) -> ListPage {
        guard !own.isEmpty else { return self }
        let sought = query.search
        let found = own.filter { resource in
            sought.map { text in resource.state.searchText.contains { FoldedText($0).contains(FoldedText(text)) } }
                ?? true
        }
        return ListPage(
            items: Array((found + items).page(query.page, of: query.perPage)),
            total: total + found.count,
            isExact: isExact
        )
    }
}
