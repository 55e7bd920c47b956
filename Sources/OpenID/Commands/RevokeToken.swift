package import Engine
import EventLog
package import Identity
import Wire

/// Takes back a token at its client's own request (RFC 7009).
package struct RevokeToken: Command {
    package let proof: ClientProof
    /// `nil` for a text that is no token of ours: nothing to do, and nothing to tell (§2.2).
    package let token: AccessToken?
    package let issuer: AskedIssuer

    package init(proof: ClientProof, token: AccessToken?, issuer: AskedIssuer) {
        self.proof = proof
        self.token = token
        self.issuer = issuer
    }

    package var requirement: Requirement { .proof }

    package func decide(_ context: DecisionContext) throws -> Decision<Void> {
        let client = try proof.prove(context)
        _ = try issuer.place(serving: client.client, context.facts)
        guard let token else { return Decision([]) }
        // RFC 7009 §2.1: the token must have been issued to the client that asks.
        guard token.clientID == client.client.id else {
            throw Rejection(.forbidden(), "unauthorized_client", "This token was not issued to this client")
        }
        let events = try Token.revoke(
            token.id,
            of: token.clientID,
            chain: token.issuingPlace,
            expiresAt: Instant(seconds: token.expiresAtSeconds),
            at: context.wall,
            facts: context.facts
        )
        return Decision(events)
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        guard let actor = context.caller.actor.id else {
            return try proof.refusal(rejection, attempted: "token.revoke", context)
        }
        let event = Event(
            AccessSubject.entry(.denied),
            chain: context.caller.home,
            result: .denied,
            code: rejection.code,
            data: ["attempted": "token.revoke"]
        )
        return RefusalEntry(event: event, party: actor)
    }
}
