package import Identity
package import Wire

/// Adds a secret to those of a client that works with several beside each other.
package struct AddClientSecret<R: OAuthClient>: Command {
    package let client: Identifier<R>
    package let secret: ClientSecret
    /// What else must hold of the client and its caller.
    package let require: @Sendable (DecisionContext) throws -> Void

    package init(
        client: Identifier<R>,
        secret: ClientSecret,
        require: @escaping @Sendable (DecisionContext) throws -> Void,
    ) {
        self.client = client
        self.secret = secret
        self.require = require
    }

    package var requirement: Requirement { .permission(.writes(R.self)) }

    package func decide(_ context: DecisionContext) throws -> Decision<Versioned<Secret>> {
        try require(context)
        let events = try Secret.add(
            secret.new,
            to: client,
            now: context.wall,
            by: context.authority,
            facts: context.facts
        )
        return Decision(events, about: secret.new.id.text) { [id = secret.new.id] in try $0.facts.living(id) }
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

/// Takes one of a client's secrets away, but for the last that works.
package struct RemoveClientSecret<R: OAuthClient>: Command {
    package let secret: SecretID
    package let client: Identifier<R>
    /// What else must hold of the client and its caller.
    package let require: @Sendable (DecisionContext) throws -> Void

    package init(
        _ secret: SecretID,
        of client: Identifier<R>,
        require: @escaping @Sendable (DecisionContext) throws -> Void,
    ) {
        self.secret = secret
        self.client = client
        self.require = require
    }

    package var requirement: Requirement { .permission(.writes(R.self)) }

    package func decide(_ context: DecisionContext) throws -> Decision<Void> {
        try require(context)
        let events = try Secret.remove(
            secret,
            of: client,
            now: context.wall,
            by: context.authority,
            facts: context.facts
        )
        return Decision(events)
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(
            rejection,
            attempted: context.caller.request.endpoint,
            target: secret.text,
            caller: context.caller
        )
    }
}
