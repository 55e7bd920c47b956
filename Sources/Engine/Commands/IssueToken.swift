import EventLog
package import Identity
import Views
import Wire

/// Issues an access token to an application that proves itself (RFC 6749 §4.4).
package struct IssueToken: Command {
    package let door: Door
    package let proof: ClientProof
    /// `nil` asks for all that the application is allowed.
    package let scopes: [String]?
    /// RFC 8707: whom the token is for; the client itself when it names nobody.
    package let resources: [String]
    package let baseURL: BaseURL
    package let signingKey: SigningKeyID

    package init(
        door: Door,
        proof: ClientProof,
        scopes: [String]?,
        resources: [String],
        baseURL: BaseURL,
        signingKey: SigningKeyID,
    ) {
        self.door = door
        self.proof = proof
        self.scopes = scopes
        self.resources = resources
        self.baseURL = baseURL
        self.signingKey = signingKey
    }

    package func decide(_ room: Room) throws -> [Event] {
        let client = try proof.prove(room)
        let token = try token(for: client.application, room)
        room.note(token)
        return [
            Event(
                .tokenIssued,
                chain: token.door,
                stream: token.clientID.text,
                data: [
                    "expires_at": .string(Instant(seconds: token.expiresAtSeconds).text),
                    "grant": "client_credentials",
                    "scope": .array(token.scopes.map(JSON.string)),
                    "signing_key": .string(signingKey.text),
                    "token": .string(token.id.text),
                ]
            )
        ]
    }

    package func output(_ room: Room) throws -> AccessToken {
        guard let token = room.noted(AccessToken.self) else { throw Rejection.notFound(Token.noun) }
        return token
    }

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        let place = try door.chain(room.facts) ?? .platform
        guard room.caller.actor.id != nil else {
            return try proof.refusal(rejection, attempted: "token.issue", door: place, room)
        }
        var data: Members = ["attempted": "token.issue"]
        if let scopes { data["scope"] = .array(scopes.prefix(FieldKind.listItemsMax).map(JSON.string)) }
        let event = Event(
            .tokenRefused,
            chain: room.caller.home,
            stream: room.caller.actor.id,
            result: .denied,
            code: rejection.code,
            data: data
        )
        return RefusalNote(event: event, party: room.caller.actor.id)
    }

    private func token(for application: Versioned<Application>, _ room: Room) throws -> AccessToken {
        let state = application.state
        let issuer = try door.issuer(for: state, room.facts)
        guard state.kind.isConfidential else {
            throw Rejection(.denied, "unauthorized_client", "This client may not use client_credentials")
        }
        guard state.status == .active, try room.facts.isActive(state.chain), try room.facts.isActive(issuer) else {
            throw Rejection(.denied, "unauthorized_client", "The client, or what it belongs to, is suspended")
        }
        let granted = try grant(state)
        guard let key = try room.facts.current(signingKey)?.state, key.stage == .current || key.stage == .retired else {
            throw Rejection(.conflict, "temporarily_unavailable", "The signing key has just changed; try again")
        }
        let lifetime = state.tokenLifetimeSeconds ?? Application.tokenLifetimeSecondsDefault
        var tenant: TenantID?
        if case .tenant(let id) = issuer { tenant = id }
        return AccessToken(
            id: room.newID(),
            issuer: Issuer.text(of: issuer, base: baseURL),
            audience: resources.isEmpty ? [application.id.text] : resources,
            subject: application.id.text,
            clientID: application.id,
            scopes: granted,
            issuedAtSeconds: room.wall.seconds,
            expiresAtSeconds: room.wall.seconds + lifetime,
            tenantID: tenant,
            partnerID: state.partnerID,
            level: state.level
        )
    }

    private func grant(_ application: Application) throws(Rejection) -> [String] {
        guard let scopes else { return application.allowedScopes }
        for scope in scopes where !application.allowedScopes.contains(where: { $0.bytesEqual(scope) }) {
            throw Rejection(.denied, "invalid_scope", "The scope '\(scope)' is not among the client's allowed_scopes")
        }
        return scopes
    }
}
