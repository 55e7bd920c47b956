import EventLog
import Wire

/// What stands where as of some entry, told by the entries alone, in plain dictionaries and by walking through all.
struct NaiveModel {
    private struct Thing {
        let kind: String
        /// What it stands in: the platform, a partner or a tenant.
        var place: String
        var status = "ACTIVE"
        var isDeleted = false
    }

    fileprivate struct Edge: Hashable {
        let from: String
        let to: String
    }

    private var things: [String: Thing] = [:]
    private var inOrder: [String] = []
    private var edges: Set<Edge> = []

    private static let kinds = Set(Known.Kind.allCases.map(\.rawValue))

    /// - Returns: what is wrong with the entry.
    mutating func fold(_ entry: Entry) -> String? {
        let words = entry.type.split(separator: ".").map(String.init)
        guard words.count == 2, let stream = entry.stream else { return nil }
        switch (words[0], words[1]) {
        case ("group_member", "added"):
            guard let edge = Edge(entry) else { return "entry \(entry.index) says of no edge" }
            guard edges.insert(edge).inserted else { return "entry \(entry.index) adds who is a member" }
            return leads(from: edge.to, to: edge.from) ? "entry \(entry.index) closes a circle of groups" : nil
        case ("group_member", "removed"):
            guard let edge = Edge(entry), edges.remove(edge) != nil else {
                return "entry \(entry.index) removes who is no member"
            }
        case ("tenant", "transferred"):
            things[stream]?.place = entry.data["to"]?.text ?? ""
        case (let kind, "created") where Self.kinds.contains(kind):
            let above = kind == "partner" ? "platform" : entry.data["partner_id"]?.text ?? ""
            let place = kind == "partner" || kind == "tenant" ? above : entry.chain
            things[stream] = Thing(kind: kind, place: place)
            inOrder.append(stream)
            things[stream]?.status = entry.data["status"]?.text ?? "ACTIVE"
        case (let kind, "updated") where Self.kinds.contains(kind):
            if let status = entry.data["status"]?.text { things[stream]?.status = status }
        case (_, "deleted"): things[stream]?.isDeleted = true
        case (_, "restored"): things[stream]?.isDeleted = false
        default: break
        }
        return nil
    }

    /// Whether an answer is right.
    func agrees(_ answer: Answered.Answer?, to question: Question) -> Bool {
        switch question {
        case .list(let kind, let place, let status):
            guard lives(place) else { return answer == nil }
            return answer
                == page {
                    $1.kind == kind.rawValue && (status ?? $1.status) == $1.status && path(of: $0).contains(place)
                }
        case .members(let group):
            guard lives(group) else { return answer == nil }
            return answer == page { id, _ in edges.contains(Edge(from: group, to: id)) }
        case .effectiveMembers(let group):
            guard lives(group) else { return answer == nil }
            guard let answer else { return false }
            let expected = page { id, thing in thing.kind == "user" && below(group).contains(id) }
            let paths = answer.shown.map { $0.split(separator: "/").map(String.init) }
            return answer.total == expected.total && paths.map { $0.last ?? "" } == expected.shown
                && paths.allSatisfy { leads($0, from: group) }
        case .groups(let member):
            return answer == page { id, _ in lives(member) && edges.contains(Edge(from: id, to: member)) }
        }
    }

    /// Something to ask about as of this entry.
    func ids(of kind: Known.Kind) -> [String] { inOrder.filter { things[$0]?.kind == kind.rawValue } }

    private func page(where isIn: (String, Thing) -> Bool) -> Answered.Answer {
        let found = inOrder.filter { id in lives(id) && (things[id].map { isIn(id, $0) } ?? false) }
        return Answered.Answer(total: found.count, shown: Array(found.prefix(Question.shownMax)))
    }

    /// The thing, and all that it stands in.
    private func path(of id: String) -> [String] {
        guard let thing = things[id] else { return [id] }
        return [id] + path(of: thing.place)
    }

    private func lives(_ id: String) -> Bool {
        path(of: id).allSatisfy { $0 == "platform" || things[$0]?.isDeleted == false }
    }

    /// Whatever is below a group, through groups that live.
    private func below(_ group: String) -> Set<String> {
        var (found, left): (Set<String>, [String]) = ([], [group])
        while let next = left.popLast() {
            for edge in edges where edge.from == next && lives(edge.to) && found.insert(edge.to).inserted {
                left.append(edge.to)
            }
        }
        return found
    }

    /// Whether a path goes down from a group, edge by edge, and no shorter one does.
    private func leads(_ path: [String], from group: String) -> Bool {
        let steps = zip(path, path.dropFirst()).map { Edge(from: $0, to: $1) }
        guard path.first == group, let end = path.last, steps.allSatisfy(edges.contains) else { return false }
        var reached: Set<String> = [group]
        for _ in steps.dropLast() {
            for edge in edges.filter({ reached.contains($0.from) }) where lives(edge.to) { reached.insert(edge.to) }
            if reached.contains(end) { return false }
        }
        return !steps.isEmpty
    }

    /// Whether edges lead from a group to another or back to itself, whatever has become of those between.
    private func leads(from group: String, to other: String) -> Bool {
        var (found, left): (Set<String>, [String]) = ([group], [group])
        while let next = left.popLast() {
            if next == other { return true }
            for edge in edges where edge.from == next && found.insert(edge.to).inserted { left.append(edge.to) }
        }
        return false
    }
}

extension NaiveModel.Edge {
    fileprivate init?(_ entry: Entry) {
        guard let from = entry.data["from"]?.text, let to = entry.data["to"]?.text else { return nil }
        (self.from, self.to) = (from, to)
    }
}
