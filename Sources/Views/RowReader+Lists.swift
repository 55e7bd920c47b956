import Folding
package import Identity
import Storage
import Wire

/// One page of a list, and how long the list is.
package struct ListPage<R: Resource>: Sendable {
    package let items: [Versioned<R>]
    package let total: Int
    /// Whether `total` is the whole number; else there are at least so many.
    package let isExact: Bool

    package init(items: [Versioned<R>], total: Int, isExact: Bool) {
        self.items = items
        self.total = total
        self.isExact = isExact
    }
}

/// What a list asks for: those that stand in one of some places and are in every one of some sets.
package struct ListQuery: Sendable {
    /// Totals of combined filters and searches are counted up to here; beyond, there are "at least" so many.
    package static let countedMax = 10_000

    /// Where they stand, each place living at the reader's position.
    package var places: [PlaceSince]
    package var life = Life.living
    package var facets: [FacetKey] = []
    /// Edges that they must have: the members of a container, or the containers of a member.
    package var edges: [EdgeFilter] = []
    /// The identifiers of those that a search finds by what no row shows: an address.
    package var found: Set<String> = []
    /// Matched anywhere in a resource's search texts, whatever the case.
    package var search: String?
    /// From 1.
    package var page = 1
    package var perPage = 20
    /// How many stand before those that are shown; nil where the page says it.
    package var skipped: Int?
    /// How many members a combined filter or a search looks at: past them, what was found is all that is told.
    package var candidatesMax = 100_000

    package init(_ places: [PlaceSince]) { self.places = places }

    /// Whether a search finds it without looking at its texts: it was typed whole.
    fileprivate func finds(_ id: ArraySlice<UInt8>) -> Bool {
        guard let search else { return false }
        return id.elementsEqual(search.utf8) || !found.isEmpty && found.contains(String(decoding: id, as: UTF8.self))
    }

    /// One place.
    package init(_ place: Place, _ facets: FacetKey...) {
        places = [PlaceSince(place)]
        self.facets = facets.filter { $0 != .all }
    }
}

extension RowReader {
    /// The living members of a set in a place, in the order of creation: at most `limit`, and whether these are all.
    package func members<R: Resource>(
        _ kind: R.Type,
        in place: Place,
        _ key: FacetKey,
        limit: Int,
    ) throws -> (items: [Versioned<R>], isWhole: Bool) {
        var query = ListQuery(place, key)
        query.perPage = limit
        let page = try list(kind, query)
        return (page.items, page.total <= limit)
    }

    package func count<R: Resource>(_ kind: R.Type, in place: Place, _ key: FacetKey) throws -> Int {
        try count(kind, in: place, .living, key)
    }

    /// How many are in a set at this reader's position.
    package func count<R: Resource>(
        _ kind: R.Type,
        in place: Place,
        _ life: Life,
        _ key: FacetKey,
    ) throws -> Int {
        try count(of: FacetSet(R.noun, in: place, life, key))
    }

    func count(of set: FacetSet) throws -> Int {
        guard let position else {
            return try row(.counts, set.key).map { try number($0, .counts, set.key) } ?? 0
        }
        let found = try nearest(
            .countVersions,
            to: set.count(at: position),
            .forward,
            prefix: set.prefix,
            suffixBytes: 8,
        )
        return try found.map { try number($0.value, .countVersions, $0.key) } ?? 0
    }

    /// A page of a list in the order of creation, as of this reader's position.
    ///
    /// In each place it walks the smallest of the sets. Where in every place one set at most narrows the list, totals
    /// are kept; else members are counted as they are met, among at most `candidatesMax` that are looked at.
    @specialized(where Self == ViewSnapshot, R == Partner)
    @specialized(where Self == ViewSnapshot, R == Tenant)
    @specialized(where Self == ViewSnapshot, R == Application)
    @specialized(where Self == ViewSnapshot, R == User)
    @specialized(where Self == ViewSnapshot, R == Group)
    package func list<R: Resource>(_ kind: R.Type, _ query: ListQuery) throws -> ListPage<R> {
        precondition(query.page >= 1 && query.perPage >= 0, "pages are counted from 1, and the caller has checked that")
        // The edges of a dead end are absent.
        for edge in query.edges where try !lives(edge) { return ListPage(items: [], total: 0, isExact: true) }
        let plans = try query.places.compactMap { try PlacePlan($0, R.noun, query, in: self) }
        let sought = query.search.map { FoldedText($0) }
        let counts = plans.compactMap(\.count)
        let counted = sought == nil && counts.count == plans.count ? counts.reduce(0, +) : nil
        let before = (query.page - 1).multipliedReportingOverflow(by: query.perPage)
        let (skipped, overflow) = query.skipped.map { ($0, false) } ?? (before.partialValue, before.overflow)
        let start = overflow ? Int.max : skipped
        if let counted, start >= counted { return ListPage(items: [], total: counted, isExact: true) }
        let end = start.addingReportingOverflow(query.perPage)
        var walk = ListWalk<R>(start: start, end: end.overflow ? .max : end.partialValue)
        let enough = counted != nil ? walk.end : max(walk.end, ListQuery.countedMax)
        var looked = 0
        let meet = { (others: [WalkedSet], member: FacetRow, created: UInt64) throws -> Bool in
            if counted == nil {
                looked += 1
                guard looked <= query.candidatesMax else { return false }
            }
            for other in others where try !self.isMember(kind, created, of: other) { return true }
            let isFound = query.finds(member.id)
            if sought != nil, !isFound, !R.hasSearchText { return true }
            try walk.meet(matching: isFound ? nil : sought) { try self.resource(kind, named: member.id) }
            return walk.met < enough
        }
        if plans.count == 1 {
            let others = plans[0].others
            try walkMembers(kind, of: plans[0].walked) { try meet(others, $0, $1) }
        } else if plans.count > 1 {
            var union = MemberUnion<R, Self>(plans, in: self)
            while walk.met < enough, let next = try union.next() {
                guard try meet(next.plan.others, next.member, next.created) else { break }
            }
        }
        if let counted { return ListPage(items: walk.items, total: counted, isExact: true) }
        return ListPage(items: walk.items, total: walk.met, isExact: walk.met < enough && looked <= query.candidatesMax)
    }

    private func lives(_ edge: EdgeFilter) throws -> Bool {
        try edge.kinds.contains { try place(ofLiving: edge.id, $0) != nil }
    }

    /// Lends those that are in a set at this position, each with the index that created it.
    func walkMembers<R: Resource>(
        _ kind: R.Type,
        of set: WalkedSet,
        from start: UInt64 = 0,
        _ body: (_ member: FacetRow, _ created: UInt64) throws -> Bool,
    ) throws {
        let prefix = set.set.prefix
        try scan(.facets, from: start == 0 ? prefix : set.set.member(created: start), .forward) { key, value in
            guard key.begins(with: prefix), key.count == prefix.count + ViewKey.indexBytes else { return false }
            let created = BigEndian.value(key, at: prefix.count)
            if let position, created > position { return false }
            guard let row = FacetRow(value.copied) else { throw self.damage(.facets, key.copied) }
            return try !self.isIn(row, created: created, set, kind) || body(row, created)
        }
    }

    func isMember<R: Resource>(_ kind: R.Type, _ created: UInt64, of set: WalkedSet) throws -> Bool {
        let key = set.set.member(created: created)
        guard let value = try row(.facets, key) else { return false }
        guard let row = FacetRow(value) else { throw damage(.facets, key) }
        return try isIn(row, created: created, set, kind)
    }

    private func isIn<R: Resource>(
        _ row: FacetRow,
        created: UInt64,
        _ set: WalkedSet,
        _ kind: R.Type,
    ) throws -> Bool {
        guard let position else { return row.isMember }
        if let known = row.wasMember(asOf: position) { return known }
        switch set.origin {
        case .facet(let place, let life, let facet):
            // What the row no longer knows is asked of the versions.
            let then: Versioned<R> = try resource(kind, named: row.id)
            return then.place == place && then.state.life == life && then.state.facetKeys.contains(facet)
        case .edges:
            let key = set.set.member(created: created)
            let start = key + BigEndian.bytes(~position)
            let older = try nearest(.pastEdges, to: start, .forward, prefix: key, suffixBytes: ViewKey.indexBytes)
            guard let older else { return false }
            guard let known = FacetRow.wasMember(asOf: position, within: older.value) else {
                throw damage(.pastEdges, older.key)
            }
            return known
        }
    }
}

/// A set that a list walks or asks.
struct WalkedSet {
    /// What the rows follow from, where one no longer knows.
    enum Origin {
        case facet(Place, Life, FacetKey)
        case edges
    }

    let set: FacetSet
    let origin: Origin

    init(_ noun: String, _ place: Place, _ life: Life, _ facet: FacetKey) {
        set = FacetSet(noun, in: place, life, facet)
        origin = .facet(place, life, facet)
    }

    init(edges set: FacetSet) {
        self.set = set
        origin = .edges
    }
}

/// How a list is found in one place: the set that is walked, and those that its members must be in as well.
struct PlacePlan {
    let since: UInt64
    let walked: WalkedSet
    let others: [WalkedSet]
    /// How many there are; nil where that must be counted.
    let count: Int?

    /// Nil where the place has none of them.
    ///
    /// A filter that everything in the place passes narrows nothing there: all applications of a tenant are TENANT
    /// applications.
    init?(_ place: PlaceSince, _ noun: String, _ query: ListQuery, in reader: some RowReader) throws {
        let all = WalkedSet(noun, place.place, query.life, .all)
        let allCount = try reader.count(of: all.set)
        if allCount == 0 { return nil }
        var narrowing: [(set: WalkedSet, count: Int)] = []
        for facet in query.facets {
            let set = WalkedSet(noun, place.place, query.life, facet)
            let count = try reader.count(of: set.set)
            if count == 0 { return nil }
            if count < allCount { narrowing.append((set, count)) }
        }
        since = place.since
        if let edge = query.edges.first {
            // Edges lead to what was deleted as well, and to kinds that stand elsewhere in this list's place.
            walked = WalkedSet(edges: edge.set(of: noun))
            others = [all] + query.edges.dropFirst().map { WalkedSet(edges: $0.set(of: noun)) } + narrowing.map(\.set)
            count = nil
            return
        }
        guard let smallest = narrowing.indices.min(by: { narrowing[$0].count < narrowing[$1].count }) else {
            (walked, others, count) = (all, [], allCount)
            return
        }
        walked = narrowing[smallest].set
        others = narrowing.indices.filter { $0 != smallest }.map { narrowing[$0].set }
        count = others.isEmpty ? narrowing[smallest].count : nil
    }
}

extension PlacePlan {
    /// All of a set of edges.
    init(edges set: FacetSet) {
        (since, walked, others, count) = (0, WalkedSet(edges: set), [], nil)
    }
}

/// A filter of lists by an edge: those that a container has as members, or those that have something as a member.
package struct EdgeFilter: Sendable {
    package enum Side: Sendable { case membersOf, containersOf }

    private let relation: String
    private let side: Side
    /// The end that is named, and what it may be.
    package let id: String
    package let kinds: [Kind]

    package init<L: Relation>(_ relation: L.Type, _ side: Side, _ id: String) {
        (self.relation, self.side, self.id) = (L.noun, side, id)
        kinds =
            switch side {
            case .membersOf: [L.Container.kind]
            case .containersOf: L.memberKinds
            }
    }

    func set(of noun: String) -> FacetSet {
        switch side {
        case .membersOf: Edge.members(relation, of: id, noun)
        case .containersOf: Edge.containers(relation, of: id)
        }
    }
}

/// A list being walked: what was met so far, and what of it is on the page.
private struct ListWalk<R: Resource> {
    let start: Int
    let end: Int
    var met = 0
    var items: [Versioned<R>] = []

    init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    /// Reads a resource only where its text is searched or it stands on the page.
    mutating func meet(matching sought: FoldedText?, _ read: () throws -> Versioned<R>) throws {
        let isOnPage = met >= start && met < end
        guard isOnPage || sought != nil else {
            met += 1
            return
        }
        let resource = try read()
        if let sought, !resource.state.searchText.contains(where: { FoldedText($0).contains(sought) }) { return }
        if isOnPage { items.append(resource) }
        met += 1
    }
}
