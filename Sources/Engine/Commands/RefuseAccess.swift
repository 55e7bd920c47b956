package import Identity

/// Says no to a proven caller before there is anything to decide, and leaves the entry of it.
package struct RefuseAccess: Command {
    private let rejection: Rejection
    /// What was asked for, where the request names it.
    private let target: String?

    package init(_ rejection: Rejection, target: String? = nil) {
        self.rejection = rejection
        self.target = target
    }

    package var requirement: Requirement { .recording }
    package func decide(_ context: DecisionContext) throws -> Decision<Void> { throw rejection }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(rejection, attempted: context.caller.request.endpoint, target: target, caller: context.caller)
    }
}
