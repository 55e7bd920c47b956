import Engine
import Identity
import Views
import Wire

/// A question about what stands where, and who belongs to what: the server and the naive model answer it alike.
enum Question: Sendable, CustomStringConvertible {
    /// The living of a kind that stand in a place or below it, and have a status, in the order of their creation.
    case list(Known.Kind, in: String, status: String?)
    /// The living members of a group, in the order of their creation.
    case members(String)
    /// The people who are members of a group directly or through others, each with the path that leads there.
    case effectiveMembers(String)
    /// The living groups that have a member, in the order of their creation.
    case groups(of: String)

    /// More than a page shows is counted, and not shown.
    static let shownMax = 100

    var description: String {
        switch self {
        case .list(let kind, let place, let status): "the \(status ?? "") \(kind.path) in \(place)"
        case .members(let group): "the members of \(group)"
        case .effectiveMembers(let group): "the effective members of \(group)"
        case .groups(let member): "the groups of \(member)"
        }
    }
}

/// What was answered, and as of which entry.
struct Answered: Sendable {
    let question: Question
    /// The last entry that the answer sees.
    let index: UInt64
    /// `nil` where what was asked about was not there.
    var answer: Answer?

    struct Answer: Sendable, Equatable {
        var total: Int
        /// The identifiers of the first page; of effective members with their path before them, between slashes.
        var shown: [String]
    }
}

// How the server answers.
extension Question {
    func answer(_ reader: ViewSnapshot) throws -> Answered.Answer? {
        switch self {
        case .list(let kind, let place, let status):
            guard let place = Place(place), try reader.lives(place) else { return nil }
            let facets = status.map { [FacetKey("status", $0)] } ?? []
            return try kind.kind.accept(ListIn(place: place, facets: facets, reader: reader))
        case .members(let group):
            guard try isLiving(group, reader) else { return nil }
            let page = try reader.members(GroupMember.self, of: group, page: 1, perPage: Self.shownMax)
            return Answered.Answer(total: page.total, shown: page.items.map(\.id))
        case .effectiveMembers(let group):
            guard try isLiving(group, reader) else { return nil }
            let page = try reader.effectiveMembers(GroupMember.self, of: group, .user, page: 1, perPage: Self.shownMax)
            return Answered.Answer(
                total: page.total,
                shown: page.items.map { ($0.path + [$0.id]).joined(separator: "/") }
            )
        case .groups(let member):
            let edge = EdgeFilter(GroupMember.self, .containersOf, member)
            return try Kind.group.accept(ListIn(place: .platform, edges: [edge], reader: reader))
        }
    }

    private func isLiving(_ group: String, _ reader: ViewSnapshot) throws -> Bool {
        guard let id = Identifier<Group>(group), let found = try reader.resource(id) else { return false }
        return try found.state.life == .living && reader.lives(found.place)
    }

    private struct ListIn: KindVisitor {
        let place: Place
        var facets: [FacetKey] = []
        var edges: [EdgeFilter] = []
        let reader: ViewSnapshot

        func visit<R: Resource>(_ kind: R.Type) throws -> Answered.Answer {
            var query = ListQuery(try reader.places(in: place, at: R.standsIn).places)
            query.facets = facets
            query.edges = edges
            query.perPage = Question.shownMax
            let page = try reader.list(kind, query)
            return Answered.Answer(total: page.total, shown: page.items.map(\.id.text))
        }
    }
}
