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
        let client: ClientState
        let secret: SecretID
    }

    /// One answer for an unknown client, a wrong secret and a client without one: nobody learns which it was.
    static let failed = Rejection(.unproven, "invalid_client", "Client authentication failed")

    /// Checks the proof against a state, and who is asked about.
    func proven(_ facts: some RowReader, at now: Instant) throws -> Proven {
        guard let id = ClientID(clientID), let secretMAC,
            let secretID = try facts.present.proven(Secret.self, key: ClientSecret.macKeyName, mac: secretMAC),
            let secret = try facts.resource(secretID)?.state, secret.clientID == id, secret.isLive(at: now),
            let client = try facts.client(id), client.status != .deleted, try facts.lives(client.place)
        else { throw Self.failed }
        return Proven(client: client, secret: secretID)
    }

    /// The same in the writer's transaction; from here on the entries name the client.
    func prove(_ context: DecisionContext) throws -> Proven {
        let proven = try proven(context.facts, at: context.wall)
        let actor = Actor(
            kind: Actor.Kind(proven.client.id),
            id: clientID,
            name: proven.client.name,
            home: proven.client.place.text,
            credential: proven.secret.text
        )
        context.prove(actor, home: proven.client.place)
        return proven
    }

    /// The entry of a failed proof.
    ///
    /// About a known client it is filed where that client belongs. Strangers are summed up at the platform, whatever
    /// issuer they ask: else each of ten thousand issuers would have an entry of its own.
    func refusal(_ rejection: Rejection, attempted: String, _ context: DecisionContext) throws -> RefusalEntry {
        let known = try ClientID(clientID).flatMap { try context.facts.client($0) }
        let event = Event(
            AuthenticationSubject.entry(.failed),
            chain: known?.place ?? .platform,
            stream: known?.id.text,
            result: .denied,
            code: rejection.code,
            data: ["attempted": .string(attempted)]
        )
        return RefusalEntry(event: event, party: known?.id.text)
    }
}
