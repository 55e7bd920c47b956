package import Identity
package import Views
package import Wire

/// A client with the secrets that it has, the oldest first.
package struct ClientWithSecrets<R: OAuthClient>: Sendable {
    package let client: Versioned<R>
    package let secrets: [Versioned<Secret>]
    /// When each was used last, to the minute, of those that ever were; none as of a moment before.
    package let lastUses: [SecretID: Instant]

    package init(_ client: Versioned<R>, _ facts: some RowReader) throws {
        self.client = client
        secrets = try Secret.known(of: R.clientID(client.id), in: client.place, facts)
        var lastUses: [SecretID: Instant] = [:]
        // No past is kept of it.
        if facts.position == nil {
            for secret in secrets { lastUses[secret.id] = try facts.present.lastUse(of: secret.id) }
        }
        self.lastUses = lastUses
    }
}

/// A change of a client that is told with its secrets.
package struct ChangeClient<R: OAuthClient>: Command {
    private let id: Identifier<R>
    private let change: Change<R>

    package init(_ id: Identifier<R>, decide: @escaping Change<R>.Decide) {
        self.id = id
        change = Change(id, decide: decide)
    }

    package var requirement: Requirement { change.requirement }

    package func decide(_ context: DecisionContext) throws -> Decision<ClientWithSecrets<R>> {
        Decision(try change.decide(context).events, about: id.text) { [id] context in
            guard let client = try context.facts.resource(id) else { throw Rejection.notFound(R.noun) }
            return try ClientWithSecrets(client, context.facts)
        }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        try change.refusal(rejection, context)
    }
}
