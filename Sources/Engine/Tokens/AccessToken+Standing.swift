package import Identity

extension AccessToken {
    /// Whether what the token was issued on still stands: not taken back, its application and everything above it
    /// active.
    ///
    /// Asked against the very state that a decision or an answer is made from.
    ///
    /// - Throws: `Rejection.invalidToken`.
    package func requireStanding(_ facts: some Facts) throws {
        guard try facts.current(id) == nil,
            let application = try facts.current(clientID)?.state, application.status == .active,
            try facts.isActive(application.chain), try facts.isActive(door)
        else { throw Rejection.invalidToken }
        // A PARTNER application's token acts in the tenant it was asked for, as long as that is the partner's.
        if let partnerID, case .tenant(let tenantID) = door, try facts.current(tenantID)?.state.partnerID != partnerID {
            throw Rejection.invalidToken
        }
    }
}
