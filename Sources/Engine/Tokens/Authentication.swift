import EventLog
package import Identity
import Views
import Wire

/// Who asks, and what keeps them from it.
package struct Admission: Sendable {
    package let caller: Caller
    /// That the token stands no more, or opens something else; nil where the caller may ask.
    package let rejection: Rejection?
    /// How many requests the workspace of an API key may still make; nil of what is no key.
    package var standing: RateStanding?
}

extension Instance {
    /// Who a bearer token speaks for (RFC 6750), as far as the token alone tells.
    ///
    /// Its signature, time, issuer and audience are checked here; whether it still stands is asked against the state
    /// that the answer is made from.
    ///
    /// - Throws: `Rejection.unprovenToken`, or that nothing can be read now.
    package func authenticate(
        _ text: String,
        baseURL: BaseURL,
        request: Caller.Request,
    ) throws(Refusal) -> Caller {
        let token = try verify(text, baseURL: baseURL)
        return try attempt(request.endpoint) { try read { try Self.caller(token, request, $0).caller } }
    }

    /// The same, and whether the token stands now and opens what is asked for at all.
    package func admit(
        _ text: String,
        to permission: Permission,
        baseURL: BaseURL,
        request: Caller.Request,
    ) throws(Refusal) -> Admission {
        let token = try verify(text, baseURL: baseURL)
        return try attempt(request.endpoint) {
            try read { snapshot in
                let (caller, client) = try Self.caller(token, request, snapshot)
                do {
                    let authority = try caller.authority(snapshot, at: world.wall())
                    try rates.count(client, at: world.wall())
                    try authority.require(permission)
                    return Admission(caller: caller, rejection: nil)
                } catch let rejection as Rejection {
                    return Admission(caller: caller, rejection: rejection)
                }
            }
        }
    }

    private func verify(_ text: String, baseURL: BaseURL) throws(Refusal) -> AccessToken {
        let wall = world.wall()
        guard let token = keyRing.verify(text, now: wall), !token.isExpired(at: wall),
            token.issuer.bytesEqual(Issuer.text(of: token.issuingPlace, for: token.clientID, base: baseURL)),
            // A token made for another service must not open ours, or that service could act with it.
            // One that names nobody is for whoever reads it.
            token.audience.isEmpty
                || token.audience.contains(where: {
                    $0.bytesEqual(token.clientID.text) || $0.bytesEqual(baseURL.description)
                })
        else { throw .rejected(.unprovenToken) }
        return token
    }

    private static func caller(
        _ token: AccessToken,
        _ request: Caller.Request,
        _ snapshot: ViewSnapshot,
    ) throws -> (caller: Caller, client: ClientState) {
        guard let client = try snapshot.client(token.clientID) else { throw Rejection.unprovenToken }
        let actor = Actor(
            kind: Actor.Kind(client.id),
            id: client.id.text,
            name: client.name,
            home: client.place.text,
            credential: token.id.text
        )
        return (Caller(actor: actor, credential: .token(token), home: token.issuingPlace, request: request), client)
    }
}

/// Who signs: the platform at the base URL, each tenant at an address below it that no rename changes.
package enum Issuer {
    package static func text(of place: Place, base: BaseURL) -> String {
        switch place {
        case .platform, .partner: base.description
        case .tenant(let id): "\(base)/tenants/\(id)"
        }
    }

    /// The issuer that a client's tokens name, which need not be that of the place where they count.
    package static func text(of place: Place, for client: ClientID, base: BaseURL) -> String {
        client.isServedAtRoot ? base.description : text(of: place, base: base)
    }
}

extension Actor.Kind {
    /// What a client is called as an actor.
    package init(_ client: ClientID) {
        switch client {
        case .application: self = .application
        case .agent: self = .agent
        case .organizationClient: self = .client
        }
    }
}
