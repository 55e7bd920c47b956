import EventLog
package import Identity
import Wire

/// Takes back a token at its client's own request (RFC 7009).
package struct RevokeToken: Command {
    package let proof: ClientProof
    /// `nil` for a text that is no token of ours: nothing to do, and nothing to tell (§2.2).
    package let token: AccessToken?
    package let door: Door

    package init(proof: ClientProof, token: AccessToken?, door: Door) {
        self.proof = proof
        self.token = token
        self.door = door
    }

    package func decide(_ room: Room) throws -> [Event] {
        let client = try proof.prove(room)
        _ = try door.issuer(for: client.application.state, room.facts)
        guard let token else { return [] }
        // RFC 7009 §2.1: the token must have been issued to the client that asks.
        guard token.clientID == client.application.id else {
            throw Rejection(.denied, "unauthorized_client", "This token was not issued to this client")
        }
        return try Token.revoke(
            token.id,
            of: token.clientID,
            chain: token.door,
            expiresAt: Instant(seconds: token.expiresAtSeconds),
            facts: room.facts
        )
    }

    package func output(_ room: Room) throws {}

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        guard let actor = room.caller.actor.id else {
            let place = try door.chain(room.facts) ?? .platform
            return try proof.refusal(rejection, attempted: "token.revoke", door: place, room)
        }
        let event = Event(
            .accessDenied,
            chain: room.caller.home,
            result: .denied,
            code: rejection.code,
            data: ["attempted": "token.revoke"]
        )
        return RefusalNote(event: event, party: actor)
    }
}
