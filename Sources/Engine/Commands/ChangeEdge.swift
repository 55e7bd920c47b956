package import Identity
package import Wire

/// A change of one edge: what to decide is given, what comes back is whether anything changed.
package struct ChangeEdge<L: Relation>: Command {
    package typealias Decide = @Sendable (DecisionContext) throws -> [Event]

    package let requirement = Requirement.permission(.writes(L.Container.self))
    private let container: Identifier<L.Container>
    private let member: String
    private let decision: Decide

    package init(_ container: Identifier<L.Container>, _ member: String, decide: @escaping Decide) {
        self.container = container
        self.member = member
        decision = decide
    }

    package func decide(_ context: DecisionContext) throws -> Decision<Bool> {
        let events = try decision(context)
        return Decision(events) { _ in !events.isEmpty }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(
            rejection,
            attempted: context.caller.request.endpoint,
            target: container.text,
            caller: context.caller
        )
    }
}
