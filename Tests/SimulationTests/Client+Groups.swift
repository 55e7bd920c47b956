import Chance
import Endpoints
import Wire

// Who joins and leaves groups, and what is asked about that.
extension Client {
    /// A group, and somebody who may be its member: mostly of the same tenant, now and then the group itself.
    private func pair(_ dice: inout Dice) -> (group: String, member: String, isForeign: Bool)? {
        guard let group = some(.group, &dice) else { return nil }
        if dice.onceIn(10) { return (group.id, group.id, false) }
        let kind = dice.onceIn(3) ? Known.Kind.group : .user
        let others = book.use { state in
            state.resources.filter { $0.value.kind == kind && !$0.value.isDeleted }.sorted { $0.key < $1.key }
        }
        let near = others.filter { $0.value.parent == group.known.parent }
        guard let member = dice.pick(dice.onceIn(10) ? others : near) else { return nil }
        return (group.id, member.key, member.value.parent != group.known.parent)
    }

    mutating func join() async {
        guard let (group, member, isForeign) = pair(&dice) else { return await create(.user) }
        let status = await attempt(
            Book.Attempt(
                key: book.nextName("key"),
                kind: nil,
                parent: nil,
                slug: nil,
                name: member,
                path: "\(Known.Kind.group.path)/\(group)/members",
                body: JSON.object(["member_id": .string(member)]).compact,
                day: book.use { $0.day }
            )
        )
        guard let status, status < 300 else { return }
        if isForeign { book.violate("model", "\(member) of another tenant has joined \(group)") }
        if group == member { book.violate("model", "\(group) has joined itself") }
    }

    mutating func leave() async {
        let groups = book.use { state in
            state.resources.filter { $0.value.kind == .group && !$0.value.isDeleted }.map(\.key).sorted()
        }
        guard let group = dice.pick(groups) else { return }
        let path = "\(Known.Kind.group.path)/\(group)/members"
        guard let told = await admin(.get, path), told.status == 200,
            let member = dice.pick(told.data.items ?? [])?["member_id"]?.text
        else { return }
        _ = await admin(.delete, "\(path)/\(member)")
    }

    /// Asks about what stands where, now or as of any entry, as everybody asks it; the oracle compares.
    mutating func survey() async {
        let ids = book.use { state in state.resources.filter { $0.value.kind == .group }.map(\.key).sorted() }
        let people = book.use { state in state.resources.filter { $0.value.kind == .user }.map(\.key).sorted() }
        let question: Question
        switch (dice.below(5), dice.pick(Known.Kind.allCases), dice.pick(ids), dice.pick(people)) {
        case (0, _, let group?, _): question = .members(group)
        case (1, _, let group?, _): question = .effectiveMembers(group)
        case (2, _, _, let person?): question = .groups(of: person)
        case (_, let kind?, _, _):
            question = .list(kind, in: "platform", status: dice.onceIn(2) ? nil : dice.pick(["ACTIVE", "SUSPENDED"]))
        default: return
        }
        var query = question.query
        let last = book.use { $0.acknowledged.keys.max() }
        let isPast = dice.onceIn(2)
        if isPast, let last { query += "&as_of=\(dice.below(Int(last) + 1))" }
        guard let told = await admin(.get, question.path, query: query), told.status == 200 || told.status == 404,
            let index = isPast ? told.asOf : told.index
        else { return }
        let answer = told.status == 200 ? Answered.Answer(told) : nil
        book.use { $0.answers.append(Answered(question: question, index: index, answer: answer)) }
    }
}

extension Question {
    fileprivate var path: String {
        switch self {
        case .list(let kind, _, _): kind.path
        case .members(let group): "\(Known.Kind.group.path)/\(group)/members"
        case .effectiveMembers(let group): "\(Known.Kind.group.path)/\(group)/effective-members"
        case .groups: Known.Kind.group.path
        }
    }

    fileprivate var query: String {
        let page = "per_page=\(Self.shownMax)"
        return switch self {
        case .list(_, _, let status?): "\(page)&status=\(status)"
        case .groups(let member): "\(page)&member_id=\(member)"
        case .list(_, _, nil), .members, .effectiveMembers: page
        }
    }
}

extension Answered.Answer {
    fileprivate init(_ told: Told) {
        total = told.json["pagination"]?["total"]?.number.map(Int.init) ?? -1
        shown = (told.data.items ?? []).map { item in
            let path = (item["path"]?.items ?? []).compactMap(\.text)
            return (path + [item["id"]?.text ?? item["member_id"]?.text ?? ""]).joined(separator: "/")
        }
    }
}
