package import Engine
import EventLog
import Identity
import Views
import Wire

/// What a client learns of its own token, or of one that is for it (RFC 7662): the token, or nothing.
package struct InspectToken: Sendable {
    package let proof: ClientProof
    package let token: AccessToken?
    package let issuer: AskedIssuer

    package init(proof: ClientProof, token: AccessToken?, issuer: AskedIssuer) {
        self.proof = proof
        self.token = token
        self.issuer = issuer
    }

    /// Answered from a snapshot, and not recorded.
    ///
    /// - Returns: `nil` for a token that is not active: unknown, expired, taken back, somebody else's, or standing
    ///   on something suspended. Which of these is nobody's business (RFC 7662 §2.2).
    func answer(_ snapshot: ViewSnapshot, wall: Instant) throws -> AccessToken? {
        let client = try proof.proven(snapshot, at: wall)
        _ = try issuer.place(serving: client.client, snapshot)
        guard let token, token.isMeant(for: client.client.id) else { return nil }
        do {
            try token.requireStanding(snapshot, at: wall)
            return token
        } catch is Rejection {
            return nil
        }
    }
}

/// The entry of a proof that failed where nothing else is written.
struct RefuseInspection: Command {
    let inspection: InspectToken
    let rejection: Rejection

    var requirement: Requirement { .recording }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        if rejection.kind != .unproven { _ = try inspection.proof.prove(context) }
        throw rejection
    }

    func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        guard context.caller.actor.id == nil else {
            return RefusalEntry(rejection, attempted: "token.introspect", caller: context.caller)
        }
        return try inspection.proof.refusal(rejection, attempted: "token.introspect", context)
    }
}

extension Instance {
    package func inspect(_ inspection: InspectToken, by caller: Caller) async throws(Refusal) -> AccessToken? {
        let wall = world.wall()
        do throws(Refusal) {
            return try attempt(for: caller) { try read { try inspection.answer($0, wall: wall) } }
        } catch {
            guard case .rejected(let rejection) = error else { throw error }
            _ = try await perform(RefuseInspection(inspection: inspection, rejection: rejection), by: caller)
            throw error
        }
    }
}

extension AccessToken {
    /// Whether it was issued to this client, or names it as the one that it is for (decision 33 of the contract): such
    /// a client is the resource server that the token is shown to.
    fileprivate func isMeant(for client: ClientID) -> Bool {
        clientID == client || audience.contains { $0.bytesEqual(client.text) }
    }
}
