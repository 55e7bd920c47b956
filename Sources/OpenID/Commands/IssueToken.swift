package import Engine
import EventLog
package import Identity
import Views
import Wire

/// Issues an access token to a client that proves itself (RFC 6749 §4.4).
package struct IssueToken: Command {
    package let issuer: AskedIssuer
    package let proof: ClientProof
    /// `nil` asks for all that the client is allowed.
    package let scopes: [String]?
    /// RFC 8707: whom the token is for; the client itself when it names nobody.
    package let resources: [String]
    package let baseURL: BaseURL
    package let signingKey: SigningKeyID

    package init(
        issuer: AskedIssuer,
        proof: ClientProof,
        scopes: [String]?,
        resources: [String],
        baseURL: BaseURL,
        signingKey: SigningKeyID,
    ) {
        self.issuer = issuer
        self.proof = proof
        self.scopes = scopes
        self.resources = resources
        self.baseURL = baseURL
        self.signingKey = signingKey
    }

    package var requirement: Requirement { .proof }

    private static let issued = Token.entry(.issued)

    package func decide(_ context: DecisionContext) throws -> Decision<AccessToken> {
        let client = try proof.prove(context)
        try context.rates.count(client.client, at: context.wall)
        let token = try token(for: client.client, context)
        let event = Event(
            Self.issued,
            chain: token.issuingPlace,
            stream: token.clientID.text,
            data: [
                "expires_at": .string(Instant(seconds: token.expiresAtSeconds).text),
                "grant": "client_credentials",
                "scope": .array(token.scopes.map(JSON.string)),
                "signing_key": .string(signingKey.text),
                "token": .string(token.id.text),
            ]
        )
        return Decision([event]) { _ in token }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        guard context.caller.actor.id != nil else {
            return try proof.refusal(rejection, attempted: "token.issue", context)
        }
        var data: Members = ["attempted": "token.issue"]
        if let scopes { data["scope"] = .array(scopes.prefix(FieldKind.listItemsMax).map(JSON.string)) }
        let event = Event(
            Token.entry(.refused),
            chain: context.caller.home,
            stream: context.caller.actor.id,
            result: .denied,
            code: rejection.code,
            data: data
        )
        return RefusalEntry(event: event, party: context.caller.actor.id)
    }

    private func token(for client: ClientState, _ context: DecisionContext) throws -> AccessToken {
        let terms = client.terms
        let place = try issuer.place(serving: client, context.facts)
        guard terms.isConfidential else {
            throw Rejection(.forbidden(), "unauthorized_client", "This client may not use client_credentials")
        }
        guard client.status == .active, try context.facts.isActive(client.place),
            try context.facts.isActive(place)
        else {
            throw Rejection(.forbidden(), "unauthorized_client", "The client, or what it belongs to, is suspended")
        }
        let granted = try grant(to: client, context.facts)
        guard let key = try context.facts.resource(signingKey)?.state, key.stage == .current || key.stage == .retired
        else {
            throw Rejection(.conflict, "temporarily_unavailable", "The signing key has just changed; try again")
        }
        if client.id.isServedAtRoot, key.algorithm != OrganizationClient.tokenAlgorithm {
            throw Rejection(.forbidden(), "unauthorized_client", Rejection.tokenAlgorithmDiffers.detail)
        }
        var token = AccessToken(
            id: client.id.isServedAtRoot ? context.newNumberedID() : context.newID(),
            issuer: Issuer.text(of: place, for: client.id, base: baseURL),
            audience: audience(of: client),
            subject: client.id.text,
            clientID: client.id,
            scopes: granted,
            issuedAtSeconds: context.wall.seconds,
            expiresAtSeconds: context.wall.seconds + terms.lifetimeSeconds,
            tenantID: place.tenantID,
            partnerID: client.place.partnerID,
            clientClaims: terms.claims,
            epochs: try Epochs(of: client, at: place, context.facts)
        )
        token.typ = terms.typ
        return token
    }

    /// Whom the request names, else the client itself; and whom an administrator has named.
    ///
    /// A token of an organization's client never names the client (decision 23 of the contract), and so perhaps nobody.
    private func audience(of client: ClientState) -> [String] {
        var audience = resources.isEmpty && !client.id.isServedAtRoot ? [client.id.text] : resources
        for name in client.terms.audiences where !audience.contains(where: { $0.bytesEqual(name) }) {
            audience.append(name)
        }
        return audience
    }

    /// What was asked for, all of it allowed.
    ///
    /// To an organization's client, what of it is allowed (decisions 24 and 32 of the contract): a scope that opens
    /// something of ours is known to everybody, and left out; any other is unknown.
    private func grant(to client: ClientState, _ facts: some Facts) throws(Rejection) -> [String] {
        let allowed = client.terms.scopes
        guard let scopes else { return allowed }
        for scope in scopes where !allowed.contains(where: { $0.bytesEqual(scope) }) {
            let isKnown = Scope.isManagement(scope) || facts.ownScopes.contains { $0.bytesEqual(scope) }
            if client.id.isServedAtRoot, isKnown { continue }
            let detail =
                client.id.isServedAtRoot
                ? "The scope '\(scope)' is not among the client's scopes"
                : "The scope '\(scope)' is not among the client's allowed_scopes"
            throw Rejection(.forbidden(), "invalid_scope", detail)
        }
        return scopes.filter { scope in allowed.contains { $0.bytesEqual(scope) } }
    }
}
