package import Identity
package import Wire

extension AccessToken {
    /// Whether the token has not ended, and what it was issued on still stands: not taken back, its client and
    /// everything above it active, and none of them stopped since.
    ///
    /// Asked against the very state that a decision or an answer is made from.
    ///
    /// - Throws: `Rejection.unprovenToken`.
    package func requireStanding(_ facts: some Facts, at wall: Instant) throws {
        // What ends a revocation ends the token with it, so both are asked by one moment.
        guard !isExpired(at: wall), try !facts.lasts(id, at: wall),
            let client = try facts.client(clientID), client.status == .active,
            // RFC 8725 §3.11: a token that says `JWT` counts only where an administrator has asked for that.
            typ == .accessToken || client.terms.typ == typ,
            try facts.isActive(client.place), try facts.isActive(issuingPlace),
            try Epochs(of: client, at: issuingPlace, facts) == epochs
        else { throw Rejection.unprovenToken }
        // A PARTNER application's token acts in the tenant it was asked for, as long as that is the partner's.
        if let partnerID, case .tenant(let tenantID) = issuingPlace, try facts.partner(of: tenantID) != partnerID {
            throw Rejection.unprovenToken
        }
    }
}

/// How often a client and the places on its path were stopped: what was proven before the last time is over for good.
package struct Epochs: Sendable, Equatable {
    package var own: UInt64 = 0
    package var tenant: UInt64 = 0
    package var partner: UInt64 = 0

    package init() {}

    package init(own: UInt64, tenant: UInt64, partner: UInt64) {
        (self.own, self.tenant, self.partner) = (own, tenant, partner)
    }

    /// Those of a client and of the place whose issuer it asks.
    package init(of client: ClientState, at issuingPlace: Place, _ facts: some Facts) throws {
        own = client.epoch
        switch issuingPlace {
        case .platform: break
        case .partner(let id):
            partner = try facts.resource(id)?.epoch ?? 0
        case .tenant(let id):
            guard let place = try facts.resource(id) else { return }
            tenant = place.epoch
            if let id = place.place.partnerID { partner = try facts.resource(id)?.epoch ?? 0 }
        }
    }

    var isZero: Bool { own == 0 && tenant == 0 && partner == 0 }
}
