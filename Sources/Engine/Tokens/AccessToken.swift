package import Identity
import Wire

/// The claims of an access token, and their form as a JWT (RFC 7519, RFC 9068).
package struct AccessToken: Sendable, Equatable {
    package var id: TokenID
    package var issuer: String
    package var audience: [String]
    package var subject: String
    package var clientID: ApplicationID
    package var scopes: [String]
    package var issuedAtSeconds: Int64
    package var expiresAtSeconds: Int64
    package var tenantID: TenantID?
    package var partnerID: PartnerID?
    package var level: Application.Level
    package var epochs: Epochs
    /// What its header calls it, which is no claim.
    package var typ = TokenTyp.accessToken

    package init(
        id: TokenID,
        issuer: String,
        audience: [String],
        subject: String,
        clientID: ApplicationID,
        scopes: [String],
        issuedAtSeconds: Int64,
        expiresAtSeconds: Int64,
        tenantID: TenantID?,
        partnerID: PartnerID?,
        level: Application.Level,
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
        self.level = level
        self.epochs = epochs
    }

    /// The claims in the contract's names, the ones that are there.
    package var claims: [UInt8] {
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
        out.key("app_scope")
        out.string(level.rawValue)
        if level == .global {
            out.key("platform_token")
            out.bool(true)
        }
        out.key("token_type")
        out.string("client_credentials")
        if !epochs.isZero {
            out.key("ep")
            out.beginArray()
            for epoch in [epochs.own, epochs.tenant, epochs.partner] { out.integer(Int64(epoch)) }
            out.endArray()
        }
        out.endObject()
        return out.bytes
    }
}
