import Engine
import EventLog
import Identity
import Views
import Wire

/// A client's identifier with the keyed hash of the secret it presented (RFC 6749 §2.3.1).
package struct ClientProof: Sendable {
    package let clientID: String
    package let secretMAC: String?

    package init(clientID: String, secretMAC: String?) {
        self.clientID = clientID
        self.secretMAC = secretMAC
    }

    /// Whose proof it is, when it holds.
    struct Proven {
        let application: Versioned<Application>
        let secret: SecretID
    }

    /// One answer for an unknown client, a wrong secret and a client without one: nobody learns which it was.
    static let failed = Rejection(.unproven, "invalid_client", "Client authentication failed")

    /// Checks the proof against a state, and who is asked about.
    func proven(_ facts: some RowReader, at now: Instant) throws -> Proven {
        guard let id = ApplicationID(clientID), let secretMAC,
            let secretID = try facts.present.proven(Secret.self, key: ClientSecret.macKeyName, mac: secretMAC),
            let secret = try facts.resource(secretID)?.state, secret.applicationID == id, secret.isLive(at: now),
            let application = try facts.resource(id), application.state.status != .deleted,
            try facts.lives(application.place)
        else { throw Self.failed }
        return Proven(application: application, secret: secretID)
    }

    /// The same in the writer's transaction; from here on the entries name the client.
    func prove(_ context: DecisionContext) throws -> Proven {
        let proven = try proven(context.facts, at: context.wall)
        let actor = Actor(
            kind: .application,
            id: clientID,
            name: proven.application.state.name,
            home: proven.application.place.text,
            credential: proven.secret.text
        )
        context.prove(actor, home: proven.application.place)
        return proven
    }

    /// The entry of a failed proof.
    ///
    /// About a known client it is filed where that client belongs. Strangers are summed up at the platform, whatever
    /// issuer they ask: else each of ten thousand issuers would have an entry of its own.
    func refusal(_ rejection: Rejection, attempted: String, _ context: DecisionContext) throws -> RefusalEntry {
        let known = try ApplicationID(clientID).flatMap { try context.facts.resource($0) }
        let event = Event(
            AuthenticationSubject.entry(.failed),
            chain: known?.chain ?? .platform,
            stream: known?.id.text,
            result: .denied,
            code: rejection.code,
            data: ["attempted": .string(attempted)]
        )
        return RefusalEntry(event: event, party: known?.id.text)
    }
}
