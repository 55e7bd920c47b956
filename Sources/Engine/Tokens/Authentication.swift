import EventLog
package import Identity
import Views
import Wire

extension Instance {
    /// Who a bearer token speaks for (RFC 6750), as far as the token alone tells.
    ///
    /// Its signature, time, issuer and audience are checked here; whether it still stands is asked against the state
    /// that the answer is made from.
    ///
    /// - Throws: `Rejection.invalidToken`, or that nothing can be read now.
    package func authenticate(
        _ text: String,
        baseURL: BaseURL,
        request: Caller.Request,
    ) throws(Refusal) -> Caller {
        let wall = world.wall()
        guard let token = keyRing.verify(text, now: wall), !token.isExpired(at: wall),
            token.issuer.bytesEqual(Issuer.text(of: token.door, base: baseURL)),
            // A token made for another service must not open ours, or that service could act with it.
            token.audience.contains(where: { $0.bytesEqual(token.clientID.text) || $0.bytesEqual(baseURL.description) })
        else { throw .rejected(.invalidToken) }
        let application = try attempt(request.endpoint) {
            guard let known = try read({ try $0.current(token.clientID) }) else { throw Rejection.invalidToken }
            return known.state
        }
        let actor = Actor(
            kind: .application,
            id: token.clientID.text,
            name: application.name,
            home: application.chain.text,
            credential: token.id.text
        )
        let reach: Authority.Reach = token.tenantID.map { .tenant($0) } ?? .platform
        return Caller(
            actor: actor,
            authority: Authority(reach: reach, scopes: token.scopes),
            home: application.chain,
            request: request,
            token: token
        )
    }
}

/// Who signs: the platform at the base URL, each tenant at an address below it that no rename changes.
package enum Issuer {
    package static func text(of door: Chain, base: BaseURL) -> String {
        switch door {
        case .platform, .partner: base.description
        case .tenant(let id): "\(base)/tenants/\(id)"
        }
    }
}
