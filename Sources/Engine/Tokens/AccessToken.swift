package import Identity
package import Wire

/// The claims of an access token, and their form as a JWT (RFC 7519, RFC 9068).
package struct AccessToken: Sendable, Equatable {
    package var id: TokenID
    package var issuer: String
    package var audience: [String]
    package var subject: String
    package var clientID: ClientID
    package var scopes: [String]
    package var issuedAtSeconds: Int64
    package var expiresAtSeconds: Int64
    package var tenantID: TenantID?
    package var partnerID: PartnerID?
    /// What it tells of its client.
    package var clientClaims: ClientClaims
    package var epochs: Epochs
    /// What its header calls it, which is no claim.
    package var typ = TokenTyp.accessToken

    package init(
        id: TokenID,
        issuer: String,
        audience: [String],
        subject: String,
        clientID: ClientID,
        scopes: [String],
        issuedAtSeconds: Int64,
        expiresAtSeconds: Int64,
        tenantID: TenantID?,
        partnerID: PartnerID?,
        clientClaims: ClientClaims,
        epochs: Epochs = Epochs(),
    ) {
        self.id = id
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.clientID = clientID
        self.scopes = scopes
        self.issuedAtSeconds = issuedAtSeconds
        self.expiresAtSeconds = expiresAtSeconds
        self.tenantID = tenantID
        self.partnerID = partnerID
        self.clientClaims = clientClaims
        self.epochs = epochs
    }

    /// The claims in the contract's names, the ones that are there.
    package var claims: [UInt8] {
        if case .organizationClient(let custom) = clientClaims { return organizationClaims(custom) }
        var out = JSONWriter(reservingBytes: 512)
        out.beginObject()
        out.key("iss")
        out.string(issuer)
        out.key("aud")
        if audience.count == 1 {
            out.string(audience[0])
        } else {
            out.beginArray()
            for item in audience { out.string(item) }
            out.endArray()
        }
        out.key("sub")
        out.string(subject)
        out.key("client_id")
        out.string(clientID.text)
        // RFC 6749 §3.3: a scope has one value at least, so there is none where nothing was granted.
        if !scopes.isEmpty {
            out.key("scope")
            out.string(scopes.joined(separator: " "))
        }
        out.key("iat")
        out.integer(issuedAtSeconds)
        out.key("exp")
        out.integer(expiresAtSeconds)
        out.key("jti")
        out.string(id.text)
        if let tenantID {
            out.key("tenant_id")
            out.string(tenantID.text)
        }
        if let partnerID {
            out.key("partner_id")
            out.string(partnerID.text)
        }
        clientClaims.write(to: &out)
        out.key("token_type")
        out.string("client_credentials")
        epochs.write(to: &out)
        out.endObject()
        return out.bytes
    }

    /// Those of an organization's client, in the names of the contract that they come from: exactly these.
    private func organizationClaims(_ custom: Members) -> [UInt8] {
        var out = JSONWriter(reservingBytes: 512)
        out.beginObject()
        let texts = [("iss", issuer), ("sub", subject), ("client_id", clientID.text), ("jti", id.text)]
        for (name, text) in texts + (tenantID.map { [("oid", $0.text)] } ?? []) {
            out.key(name)
            out.string(text)
        }
        for (name, texts) in [("scopes", scopes)] + (audience.isEmpty ? [] : [("aud", audience)]) {
            out.key(name)
            out.json(.array(texts.map(JSON.string)))
        }
        if !custom.isEmpty {
            out.key("custom_claims")
            out.json(.object(custom), as: .foreign)
        }
        for (name, seconds) in [("iat", issuedAtSeconds), ("nbf", issuedAtSeconds), ("exp", expiresAtSeconds)] {
            out.key(name)
            out.integer(seconds)
        }
        epochs.write(to: &out)
        out.endObject()
        return out.bytes
    }
}

extension Epochs {
    fileprivate func write(to out: inout JSONWriter) {
        if isZero { return }
        out.key("ep")
        out.beginArray()
        for epoch in [own, tenant, partner] { out.integer(Int64(epoch)) }
        out.endArray()
    }
}

extension ClientClaims {
    /// Writes them as members of an object that is open.
    package func write(to out: inout JSONWriter) {
        switch self {
        case .application(let level):
            out.key("app_scope")
            out.string(level.rawValue)
            if level == .global {
                out.key("platform_token")
                out.bool(true)
            }
        case .agent(let allowedTools, let type):
            out.key("allowed_tools")
            out.beginArray()
            for tool in allowedTools { out.string(tool) }
            out.endArray()
            if let type {
                out.key("agent_type")
                out.string(type)
            }
        case .organizationClient:
            preconditionFailure("its tokens have names of their own for everything, and are written apart")
        }
    }

    /// Those that a token of ours has, by whose it is.
    init?(_ object: JSON, of client: ClientID) {
        switch client {
        case .application:
            guard let level = object["app_scope"]?.text.flatMap({ Application.Level(rawValue: $0) }) else {
                return nil
            }
            self = .application(level)
        case .agent:
            guard let tools = object["allowed_tools"]?.items else { return nil }
            self = .agent(allowedTools: tools.compactMap(\.text), type: object["agent_type"]?.text)
        case .organizationClient:
            guard object["oid"] != nil else { return nil }
            self = .organizationClient(customClaims: object["custom_claims"]?.members ?? [:])
        }
    }
}
