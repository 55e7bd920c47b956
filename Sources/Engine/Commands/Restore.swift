package import Identity
import Views
package import Wire

/// Brings a deleted resource back, with the fields it had.
package struct Restore<R: ManagedResource>: Command {
    private let id: Identifier<R>
    /// The sealed texts that are unique among the living, opened before the queue.
    private let texts: Members

    package var requirement: Requirement { .permission(.writes(R.self)) }

    init(_ id: Identifier<R>, texts: Members) {
        self.id = id
        self.texts = texts
    }

    package func decide(_ context: DecisionContext) throws -> Decision<Versioned<R>> {
        let events = try R.restore(id, texts: texts, by: context.authority, facts: context.facts)
        return Decision(events, about: id.text) { [id] in try $0.facts.living(id) }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(rejection, attempted: context.caller.request.endpoint, target: id.text, caller: context.caller)
    }
}

extension Instance {
    /// The command that restores: what of the resource is sealed and must be unique is opened here.
    package func restoration<R: ManagedResource>(of id: Identifier<R>) throws -> Restore<R> {
        var texts: Members = [:]
        let found = try read { try $0.resource(id) }
        for field in R.fields where field.index?.isUnique == true {
            guard let state = found?.state, let reference = SealedReference(stored: field.get(state)) else { continue }
            if let text = try open(reference)?[field.name] { texts.append(field.name, text) }
        }
        return Restore(id, texts: texts)
    }
}
