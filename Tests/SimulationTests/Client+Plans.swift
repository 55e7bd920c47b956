import Chance
import Endpoints
import EventLog
import Wire

/// A plan that was carried out, or may have been: what it showed, and what its client was told.
struct CarriedOut: Sendable {
    let request: String
    var changes: [PlannedStep]
    /// Whose secrets it said that they end, or do not come back.
    var secretsLost: Set<String>
    /// Whether it was answered as done; nil without an outcome.
    var isDone: Bool?
}

/// A change as a plan shows it.
struct PlannedStep: Sendable, Equatable {
    let resource: String
    let verb: String
    /// The fields that stand in clear, as they are to be.
    let after: Members
}

// Undoing and restoring while others go on.
extension Client {
    /// Looks at the plan of something that happened and carries it out, whatever happened in between.
    mutating func undo() async {
        let kinds = ["user", "group", "group_member"]
        let entries = book.use { $0.acknowledged.sorted { $0.key < $1.key }.suffix(200).compactMap(\.value) }
        let changes = entries.compactMap { try? Entry(decoding: $0) }.filter { entry in
            entry.class == .state && kinds.contains(entry.type.prefix { $0 != "." }.description)
        }
        guard let index = dice.pick(changes)?.index else { return }
        await carryOut(["undo": ["indexes": [.integer(Int64(index))]]])
    }

    /// Puts somebody or something back as it was.
    mutating func putBack() async {
        guard let kind = dice.pick([Known.Kind.user, .group, .application, .agent]),
            let (id, known) = some(kind, &dice),
            let last = book.use({ $0.acknowledged.keys.max() }), last > known.index
        else { return }
        let moment = known.index + UInt64(dice.below(Int(last - known.index)))
        await carryOut(["restore": ["resource": .string(id), "to": .integer(Int64(moment))]])
    }

    private mutating func carryOut(_ request: Members) async {
        let place = "/api/v1/admin/restore"
        guard let plan = await admin(.post, "\(place)/plan", body: JSON.object(request).compact), plan.status == 200,
            let digest = plan.data["digest"]
        else { return }
        let steps = (plan.data["changes"]?.items ?? []).compactMap(PlannedStep.init)
        guard !steps.isEmpty else { return }
        var body = request
        body["digest"] = digest
        book.use { state in for step in steps { state.expect(step) } }
        let why = [(name: "muniment-reason", value: "undone")]
        guard let told = await admin(.post, "\(place)/apply", why, body: JSON.object(body).compact) else { return }
        let isDone = told.isUnknown ? nil : told.status == 200
        let lost = (plan.data["losses"]?.items ?? []).filter { $0["kind"]?.text == "secrets" }
        let carriedOut = CarriedOut(
            request: told.id,
            changes: steps,
            secretsLost: Set(lost.compactMap { $0["resource_id"]?.text }),
            isDone: isDone
        )
        book.use { state in
            state.carriedOut.append(carriedOut)
            if isDone == false { for step in steps { state.takeBack(step) } }
        }
    }
}

extension PlannedStep {
    init?(_ change: JSON) {
        guard let resource = change["resource_id"]?.text, let verb = change["verb"]?.text else { return nil }
        var after = Members()
        for field in change["fields"]?.items ?? [] {
            if let name = field["name"]?.text { after[name] = field["after"] ?? .null }
        }
        (self.resource, self.verb, self.after) = (resource, verb, after)
    }
}

extension Book.State {
    /// What a plan may do to what is known: nobody may be told of it, and another may do the same meanwhile.
    fileprivate mutating func expect(_ step: PlannedStep) {
        guard let known = resources[step.resource] else { return }
        if let name = step.after[known.kind.nameField]?.text { resources[step.resource]?.maybeNames.insert(name) }
        resources[step.resource]?.maybeChanges += 1
        for isSuspended in [true, false] { resources[step.resource]?.suspension.expect(isSuspended) }
        switch step.verb {
        case "deleted": resources[step.resource]?.maybeDeletions += 1
        case "restored":
            resources[step.resource]?.mayReturn = true
            resources[step.resource]?.maybeDeletions += 1
            resources[step.resource]?.isDeleted = false
        default: break
        }
    }

    /// It was refused.
    fileprivate mutating func takeBack(_ step: PlannedStep) {
        guard step.verb == "deleted", let known = resources[step.resource] else { return }
        resources[step.resource]?.maybeDeletions = max(0, known.maybeDeletions - 1)
    }
}
