package import Identity
import Storage
import Wire

/// One page of a list, and how long the list is.
package struct ListPage<R: Resource>: Sendable {
    package let items: [Versioned<R>]
    package let total: Int
    /// Whether `total` is the whole number; else there are at least so many.
    package let isExact: Bool
}

/// What a list asks for: those that are in every one of some sets, now or as of an entry.
package struct ListQuery: Sendable {
    /// Totals of combined filters and searches are counted up to here; beyond, there are "at least" so many.
    package static let countedMax = 10_000

    package var memberships: [Membership] = [.all]
    /// Matched anywhere in a resource's search texts, whatever the case.
    package var search: String?
    package var asOf: UInt64?
    /// From 1.
    package var page = 1
    package var perPage = 20
    /// How many members a combined filter or a search looks at: past them, what was found is all that is told.
    package var candidatesMax = 100_000

    package init(_ memberships: Membership...) {
        if !memberships.isEmpty { self.memberships = memberships }
    }
}

extension RowReader {
    /// The members of a set in the order of creation, at most `limit` of them.
    package func members<R: Resource>(
        _ kind: R.Type,
        of membership: Membership,
        limit: Int,
    ) throws -> [Versioned<R>] {
        var query = ListQuery(membership)
        query.perPage = limit
        return try list(kind, query).items
    }

    /// A page of a list in the order of creation.
    ///
    /// It walks the smallest of the sets, the members it had before included. One set without a search has its total
    /// kept; else members are counted as they are met, among at most `candidatesMax` that are looked at.
    @specialized(where Self == ViewSnapshot, R == Partner)
    @specialized(where Self == ViewSnapshot, R == Tenant)
    @specialized(where Self == ViewSnapshot, R == Application)
    package func list<R: Resource>(_ kind: R.Type, _ query: ListQuery) throws -> ListPage<R> {
        precondition(query.page >= 1 && query.perPage >= 0, "pages are counted from 1, and the caller has checked that")
        let counts = try query.memberships.map { try count(kind, in: $0, asOf: query.asOf) }
        guard let smallest = counts.indices.min(by: { counts[$0] < counts[$1] }), counts[smallest] > 0 else {
            return ListPage(items: [], total: 0, isExact: true)
        }
        let sets = query.memberships.map { MemberSet(R.noun, $0) }
        let others = sets.indices.filter { $0 != smallest }.map { sets[$0] }
        let sought = query.search.map { FoldedText($0) }
        let isCounted = others.isEmpty && sought == nil
        let (skipped, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.perPage)
        let start = overflow ? Int.max : skipped
        if isCounted, start >= counts[smallest] {
            return ListPage(items: [], total: counts[smallest], isExact: true)
        }
        let end = start.addingReportingOverflow(query.perPage)
        var walk = ListWalk<R>(start: start, end: end.overflow ? .max : end.partialValue)
        let enough = isCounted ? walk.end : max(walk.end, ListQuery.countedMax)
        var looked = 0
        try walkMembers(kind, of: sets[smallest], asOf: query.asOf) { member, created in
            if !isCounted {
                looked += 1
                guard looked <= query.candidatesMax else { return false }
            }
            for other in others where try !self.isMember(kind, created, of: other, asOf: query.asOf) { return true }
            try walk.meet(matching: sought) { try self.resource(kind, of: member, asOf: query.asOf) }
            return walk.met < enough
        }
        if isCounted { return ListPage(items: walk.items, total: counts[smallest], isExact: true) }
        return ListPage(items: walk.items, total: walk.met, isExact: walk.met < enough && looked <= query.candidatesMax)
    }

    /// Lends those that are or were in a set, each with the index that created it.
    private func walkMembers<R: Resource>(
        _ kind: R.Type,
        of set: MemberSet,
        asOf index: UInt64?,
        _ body: (_ member: MembershipRow, _ created: UInt64) throws -> Bool,
    ) throws {
        try scan(.memberships, prefix: set.prefix) { key, value in
            let created = BigEndian.value(key, at: set.prefix.count)
            if let index, created > index { return false }
            guard let row = MembershipRow(value.copied) else { throw self.damage(.memberships, key.copied) }
            return try !self.isIn(row, set, kind, asOf: index) || body(row, created)
        }
    }

    private func isMember<R: Resource>(
        _ kind: R.Type,
        _ created: UInt64,
        of set: MemberSet,
        asOf index: UInt64?,
    ) throws -> Bool {
        let key = set.prefix + BigEndian.bytes(created)
        guard let value = try row(.memberships, key) else { return false }
        guard let row = MembershipRow(value) else { throw damage(.memberships, key) }
        return try isIn(row, set, kind, asOf: index)
    }

    private func isIn<R: Resource>(
        _ row: MembershipRow,
        _ set: MemberSet,
        _ kind: R.Type,
        asOf index: UInt64?,
    ) throws -> Bool {
        guard let index else { return row.isMember }
        if let known = row.wasMember(asOf: index) { return known }
        return try resource(kind, of: row, asOf: index).state.memberships.contains(set.membership)
    }

    private func resource<R: Resource>(
        _ kind: R.Type,
        of row: MembershipRow,
        asOf index: UInt64?,
    ) throws -> Versioned<R> {
        let found =
            if let index {
                try version(kind, at: ViewKey.version(of: row.id, at: index))
            } else {
                try current(kind, at: Array(row.id))
            }
        guard let found else { throw damage(.current, Array(row.id)) }
        return found
    }
}

/// A set that a list walks or asks, with the beginning that the keys of its members share.
private struct MemberSet {
    let membership: Membership
    let prefix: [UInt8]

    init(_ noun: String, _ membership: Membership) {
        self.membership = membership
        prefix = ViewKey.members(noun, membership)
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
