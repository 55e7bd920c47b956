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
    static let failed = Rejection(.unauthenticated, "invalid_client", "Client authentication failed")

    /// Checks the proof against a state, and who is asked about.
    func proven(_ facts: some RowReader, at now: Instant) throws -> Proven {
        guard let id = ApplicationID(clientID), let secretMAC,
            let secretID = try facts.secret(key: ClientSecret.macKeyName, mac: secretMAC),
            let secret = try facts.current(secretID)?.state, secret.applicationID == id, secret.isLive(at: now),
            let application = try facts.current(id), application.state.status != .deleted
        else { throw Self.failed }
        return Proven(application: application, secret: secretID)
    }

    /// The same in the writer's transaction; from here on the entries name the client.
    func prove(_ room: Room) throws -> Proven {
        let proven = try proven(room.facts, at: room.now)
        let state = proven.application.state
        let actor = Actor(
            kind: .application,
            id: clientID,
            name: state.name,
            home: state.chain.text,
            credential: proven.secret.text
        )
        room.prove(actor, home: state.chain)
        return proven
    }

    /// The entry of a failed proof: about a known client by name, about a stranger in sums.
    func refusal(_ rejection: Rejection, attempted: String, door: Chain, _ room: Room) throws -> RefusalNote {
        let known = try ApplicationID(clientID).flatMap { try room.facts.current($0) }
        let event = Event(
            .authenticationFailed,
            chain: door,
            stream: known?.id.text,
            result: .denied,
            code: rejection.code,
            data: ["attempted": .string(attempted)]
        )
        return RefusalNote(event: event, party: known?.id.text)
    }
}
