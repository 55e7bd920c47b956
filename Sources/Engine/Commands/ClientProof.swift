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

    /// Checks the proof against the state in the writer's transaction; from here on the entries name the client.
    func prove(_ room: Room) throws -> Proven {
        guard let id = ApplicationID(clientID), let secretMAC,
            let secretID = try room.facts.secret(key: "hk_1", mac: secretMAC),
            let secret = try room.facts.current(secretID)?.state, secret.applicationID == id,
            secret.isLive(at: room.now), let application = try room.facts.current(id),
            application.state.status != .deleted
        else { throw Self.failed }
        let actor = Actor(
            kind: .application, id: id.text, name: application.state.name, home: application.state.chain.text,
            credential: secretID.text)
        room.prove(actor, home: application.state.chain)
        return Proven(application: application, secret: secretID)
    }

    /// The entry of a failed proof: about a known client by name, about a stranger in sums.
    func refusal(_ rejection: Rejection, attempted: String, door: Chain, _ room: Room) throws -> RefusalNote {
        let known = try ApplicationID(clientID).flatMap { try room.facts.current($0) }
        let event = Event(
            .authenticationFailed, chain: door, stream: known?.id.text, result: .denied, code: rejection.code,
            data: ["attempted": .string(attempted)])
        return RefusalNote(event: event, party: known?.id.text)
    }
}
