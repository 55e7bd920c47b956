package import Identity
import Storage
import Wire

/// A member of a container, as lists show it.
package struct Member: Sendable, Equatable {
    package let id: String
    package let kind: Kind

    package init(id: String, kind: Kind) { (self.id, self.kind) = (id, kind) }
}

/// Somebody who is a member of a container, directly or through others.
package struct EffectiveMember: Sendable, Equatable {
    package let id: String
    /// The containers that lead there, from the one that was asked about to the one that it is a member of.
    package let path: [String]
}

/// One page of members, and how many there are.
package struct MemberPage<Item: Sendable>: Sendable {
    package let items: [Item]
    package let total: Int
    /// Whether `total` is the whole number; else there are at least so many.
    package let isExact: Bool

    package init(items: [Item], total: Int, isExact: Bool) {
        (self.items, self.total, self.isExact) = (items, total, isExact)
    }
}

extension RowReader {
    package func stream<L: Relation>(of relation: L.Type, from: String, to: String) -> String {
        Edge.stream(L.prefix, L.noun, from: from, to: to)
    }

    /// Whether there is an edge, whatever has become of its ends.
    package func isLinked<L: Relation>(_ relation: L.Type, from: String, to: String) throws -> Bool {
        guard let id = Identifier<L.Container>(from), let container = try resource(id) else { return false }
        let set = WalkedSet(edges: Edge.containers(L.noun, of: to))
        return try isMember(L.Container.self, container.createdIndex, of: set)
    }

    /// The containers that something is a member of, in the order of creation.
    package func containers<L: Relation>(_ relation: L.Type, of member: String) throws -> [String] {
        var found: [String] = []
        let set = WalkedSet(edges: Edge.containers(L.noun, of: member))
        try walkMembers(L.Container.self, of: set) { row, _ in
            found.append(String(decoding: row.id, as: UTF8.self))
            return found.count < EdgeLimits.containersMax
        }
        return found
    }

    package func containerCount<L: Relation>(_ relation: L.Type, of member: String) throws -> Int {
        try count(of: Edge.containers(L.noun, of: member))
    }

    /// The members of a container that were not deleted, in the order of creation.
    package func members<L: Relation>(
        _ relation: L.Type,
        of container: String,
        page: Int,
        perPage: Int,
    ) throws -> MemberPage<Member> {
        let sets = L.memberKinds.map { (kind: $0, set: Edge.members(L.noun, of: container, $0.rawValue)) }
        let total = try sets.reduce(0) { try $0 + count(of: $1.set) }
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: perPage)
        guard !overflow, start < total else { return MemberPage(items: [], total: total, isExact: true) }
        var union = MemberUnion<L.Container, Self>(sets.map { PlacePlan(edges: $0.set) }, in: self)
        var items: [Member] = []
        var met = 0
        while items.count < perPage, let next = try union.next() {
            defer { met += 1 }
            guard met >= start, let kind = sets.first(where: { $0.set == next.plan.walked.set })?.kind else { continue }
            items.append(Member(id: String(decoding: next.member.id, as: UTF8.self), kind: kind))
        }
        return MemberPage(items: items, total: total, isExact: true)
    }

    /// Those who are members of a container directly or through others, each once, in the order of creation.
    ///
    /// Nothing of this is kept: at this reader's position it goes from the container downwards, over at most
    /// `EdgeLimits.nestedMax` containers, and counts up to `ListQuery.countedMax` members.
    package func effectiveMembers<L: Relation>(
        _ relation: L.Type,
        of container: String,
        _ kind: Kind,
        page: Int,
        perPage: Int,
    ) throws -> MemberPage<EffectiveMember> {
        let (paths, isWhole) = try nested(relation, below: container)
        let plans = paths.map { PlacePlan(edges: Edge.members(L.noun, of: $0.last ?? container, kind.rawValue)) }
        var union = MemberUnion<L.Container, Self>(plans, in: self)
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: perPage)
        let first = overflow ? Int.max : start
        let end = first.addingReportingOverflow(perPage)
        let enough = max(end.overflow ? .max : end.partialValue, ListQuery.countedMax)
        var (items, met, last): ([EffectiveMember], Int, UInt64?) = ([], 0, nil)
        while met < enough, let next = try union.next() {
            // The same member of several containers comes several times in a row; the shortest path comes first.
            guard next.created != last else { continue }
            last = next.created
            defer { met += 1 }
            guard met >= first, items.count < perPage else { continue }
            let path = plans.firstIndex { $0.walked.set == next.plan.walked.set }.map { paths[$0] } ?? []
            items.append(EffectiveMember(id: String(decoding: next.member.id, as: UTF8.self), path: path))
        }
        return MemberPage(items: items, total: met, isExact: met < enough && isWhole)
    }

    /// The container and those within it, each with the shortest path that leads there.
    private func nested<L: Relation>(
        _ relation: L.Type,
        below container: String,
    ) throws -> (paths: [[String]], isWhole: Bool) {
        var paths = [[container]]
        guard L.isNested else { return (paths, true) }
        var known: Set<String> = [container]
        var place = 0
        while place < paths.count {
            let path = paths[place]
            place += 1
            let set = WalkedSet(edges: Edge.members(L.noun, of: path.last ?? container, L.Container.noun))
            try walkMembers(L.Container.self, of: set) { row, _ in
                let id = String(decoding: row.id, as: UTF8.self)
                if known.insert(id).inserted { paths.append(path + [id]) }
                return paths.count < EdgeLimits.nestedMax
            }
            if paths.count >= EdgeLimits.nestedMax { return (paths, false) }
        }
        return (paths, true)
    }
}
