package import Identity
import Views
import Wire

/// Records that an access token of a client no longer stands.
package struct RefuseToken: Command {
    /// Whom the token was issued to.
    private let client: ClientID

    package init(client: ClientID) { self.client = client }

    package var requirement: Requirement { .recording }
    package func decide(_ context: DecisionContext) throws -> Decision<Void> { throw Rejection.unprovenToken }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        let known = try context.facts.client(client)
        let event = Event(
            AuthenticationSubject.entry(.failed),
            chain: known?.place ?? .platform,
            stream: known?.id.text,
            result: .denied,
            code: rejection.code,
            data: ["attempted": .string(context.caller.request.endpoint)]
        )
        return RefusalEntry(event: event, party: known?.id.text)
    }
}

extension Instance {
    /// Counts a refusal of somebody who proved to be nobody we know: what strangers do goes past the writer's queue.
    package func countRefusal(_ rejection: Rejection, at endpoint: String) {
        refusals.count(code: rejection.code, endpoint: endpoint, chain: .platform, now: world.wall())
    }
}
