import Identity
package import Views
import Wire

extension Plan {
    /// The plan that a task comes to at the moment of a reader.
    ///
    /// It asks the very rules that the API asks, one decision after the other, each of the state that those before it
    /// lead to. What they refuse is a conflict, and the rest goes on without it.
    package init(_ task: PlanTask, at base: some PositionedReader) throws {
        let maker = PlanMaker(task, base)
        for loss in task.losses { maker.add(loss) }
        for wish in task.wishes { try maker.read(wish) }
        self = try maker.made()
    }
}

/// One making of a plan.
final class PlanMaker<Base: PositionedReader> {
    let task: PlanTask
    let base: Base
    var plan = Plan()
    private var intents: [Intent<Base>] = []

    init(_ task: PlanTask, _ base: Base) { (self.task, self.base) = (task, base) }

    func read(_ wish: Wish) throws {
        switch wish.target {
        case .resource(let kind): try kind.accept(ResourceIntents(maker: self, wish: wish))
        case .edge(let relation, let from, let to):
            try relation.accept(EdgeIntents(maker: self, wish: wish, from: from, to: to))
        }
    }

    func add(_ intent: Intent<Base>) { intents.append(intent) }

    func refuse(_ conflict: Conflict) { plan.conflicts.append(conflict) }

    func add(_ loss: Loss) { plan.add(loss) }

    /// Asks the rules, in the order of the steps.
    ///
    /// Texts that are to be exchanged are announced before the first decision, and what stands in a place that goes
    /// with all that is in it is left to that place. Where such a change is refused, others may have counted on it: all
    /// are asked again without it.
    func made() throws -> Plan {
        intents.sort { Intent.isBefore($0, $1) }
        var refused: [String: Conflict] = [:]
        while true {
            let planned = PlannedFacts(over: base, now: task.now, home: task.home, from: try base.size)
            let pending = intents.filter { refused[$0.stream] == nil }
            for intent in pending { intent.announce?(planned) }
            var isStale = false
            var decided: [(intent: Intent<Base>, events: [Event])] = []
            let going = Set(pending.compactMap(\.swept))
            for intent in pending where !(intent.place.map(going.contains) ?? false) {
                do {
                    let events = try intent.decide(planned)
                    if events.isEmpty { continue }
                    try planned.apply(events)
                    decided.append((intent, events))
                } catch let rejection as Rejection {
                    refused[intent.stream] = try intent.conflict(rejection, planned)
                    isStale = isStale || intent.announce != nil || intent.swept != nil
                }
            }
            if isStale { continue }
            for intent in intents { if let conflict = refused[intent.stream] { plan.conflicts.append(conflict) } }
            for (intent, events) in decided { try add(intent, events, planned) }
            return plan
        }
    }

    private func add(_ intent: Intent<Base>, _ events: [Event], _ planned: PlannedFacts<Base>) throws {
        let isOwn = { (event: Event) in event.stream?.bytesEqual(intent.stream) ?? false }
        let change = PlannedChange(
            resource: intent.stream,
            kind: intent.kind,
            verb: (events.first(where: isOwn) ?? events[0]).type.verb,
            version: intent.version,
            fields: try fields(of: intent, planned),
            events: events.map { event in
                var event = event
                if isOwn(event) { event.compensates = intent.compensates }
                return event
            }
        )
        plan.changes.append(change)
        try plan.consider(change, from: base, to: planned)
    }

    /// Its fields as they will be: what its applier may not start comes back suspended, and that is a conflict.
    private func fields(of intent: Intent<Base>, _ planned: PlannedFacts<Base>) throws -> [PlannedField] {
        guard let kind = Kind(rawValue: intent.kind),
            let status = try kind.accept(StatusOf(stream: intent.stream, facts: planned))
        else { return intent.fields }
        return intent.fields.map { field in
            guard field.name == "status", field.after.text != status.rawValue else { return field }
            refuse(Conflict(.wouldRaiseAuthority, intent.stream, field: field.name))
            var field = field
            field.after = .string(status.rawValue)
            return field
        }
    }
}

private struct StatusOf<F: Facts>: KindVisitor {
    let stream: String
    let facts: F

    func visit<R: Resource>(_ kind: R.Type) throws -> Status? {
        try Identifier<R>(stream).flatMap { try facts.resource($0)?.state.status }
    }
}
