package import Identity
import Views
package import Wire

/// A change of one resource: what to decide is given, what comes back is the resource as it is then.
package struct Change<R: Resource>: Command {
    package typealias Decide = @Sendable (DecisionContext) throws -> [Event]

    let id: Identifier<R>
    package let requirement: Requirement
    private let decision: Decide

    /// - Parameter permission: what its caller must be allowed at all.
    package init(
        _ id: Identifier<R>,
        requiring permission: Permission = .writes(R.self),
        decide: @escaping Decide,
    ) {
        self.id = id
        requirement = .permission(permission)
        decision = decide
    }

    package func decide(_ context: DecisionContext) throws -> Decision<Versioned<R>> {
        Decision(try decision(context), about: id.text) { [id] context in
            guard let resource = try context.facts.resource(id) else { throw Rejection.notFound(R.noun) }
            return resource
        }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(
            rejection,
            attempted: context.caller.request.endpoint,
            target: id.text,
            caller: context.caller
        )
    }
}
