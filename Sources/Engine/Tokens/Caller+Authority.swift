package import Identity
package import Wire

extension Caller {
    /// What it may do, at the state that is asked and by the wall clock: the one place where a proof becomes authority.
    ///
    /// - Throws: `Rejection.unprovenToken` when what it was proven with stands no more.
    package func authority(_ facts: some Facts, at wall: Instant) throws -> Authority {
        switch credential {
        case .none:
            return .none
        case .machine:
            return .operatorAtTheMachine
        case .token(let token):
            try token.requireStanding(facts, at: wall)
            guard token.clientID.mayActHere else { return .none }
            // It acts where it was issued: a PARTNER application's token of one tenant opens no other.
            return Authority(token.scopes, at: token.issuingPlace)
        case .key(let proof):
            return try proof.authority(facts, at: wall)
        }
    }

    /// The client that an access token names, where one came with the request.
    package var tokenClient: ClientID? {
        switch credential {
        case .token(let token): token.clientID
        case .none, .machine, .key: nil
        }
    }
}
