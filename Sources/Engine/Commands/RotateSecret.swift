package import Identity
package import Wire

/// Puts a new secret in the place of a client's present one.
package struct RotateSecret<R: OAuthClient>: Command {
    package let client: Identifier<R>
    package let secret: ClientSecret
    package let overlapSeconds: Int64

    package init(client: Identifier<R>, secret: ClientSecret, overlapSeconds: Int64) {
        self.client = client
        self.secret = secret
        self.overlapSeconds = overlapSeconds
    }

    package var requirement: Requirement { .permission(.writes(R.self)) }

    package func decide(_ context: DecisionContext) throws -> Decision<Versioned<R>> {
        let events = try Secret.rotate(
            of: client,
            to: secret.new,
            overlapSeconds: overlapSeconds,
            now: context.wall,
            by: context.authority,
            facts: context.facts
        )
        return Decision(events, about: secret.new.id.text) { [client] in try $0.facts.living(client) }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(
            rejection,
            attempted: context.caller.request.endpoint,
            target: client.text,
            caller: context.caller
        )
    }
}
