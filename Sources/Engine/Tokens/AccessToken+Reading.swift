package import Identity
package import Wire

extension AccessToken {
    /// Reads the claims of a token whose signature holds; `nil` when they are not those of an access token of ours.
    package init?(claims: [UInt8]) {
        guard let object = try? JSON.parse(claims), let issuer = object["iss"]?.text,
            let id = object["jti"]?.text.flatMap({ TokenID($0) }), let subject = object["sub"]?.text,
            let client = object["client_id"]?.text.flatMap({ ClientID($0) }),
            let issued = object["iat"]?.number, let expires = object["exp"]?.number,
            let claims = ClientClaims(object, of: client)
        else { return nil }
        guard let epochs = Epochs(claim: object["ep"]) else { return nil }
        let audience = object["aud"]?.text.map { [$0] } ?? (object["aud"]?.items ?? []).compactMap(\.text)
        let (scopes, tenant) = Self.grant(object, of: client)
        self.init(
            id: id,
            issuer: issuer,
            audience: audience,
            subject: subject,
            clientID: client,
            scopes: scopes,
            issuedAtSeconds: issued,
            expiresAtSeconds: expires,
            tenantID: tenant.flatMap { TenantID($0) },
            partnerID: object["partner_id"]?.text.flatMap { PartnerID($0) },
            clientClaims: claims,
            epochs: epochs
        )
    }

    /// What was granted and where, in the names that tokens of such a client have for it.
    private static func grant(_ object: JSON, of client: ClientID) -> (scopes: [String], tenant: String?) {
        switch client {
        case .application, .agent:
            ((object["scope"]?.text ?? "").split(separator: " ").map(String.init), object["tenant_id"]?.text)
        case .organizationClient:
            ((object["scopes"]?.items ?? []).compactMap(\.text), object["oid"]?.text)
        }
    }

    /// The platform, or the partner or tenant that it acts in; its entries count in the chain of that place.
    package var issuingPlace: Place { tenantID.map { .tenant($0) } ?? partnerID.map { .partner($0) } ?? .platform }

    package func isExpired(at wall: Instant) -> Bool { wall.seconds >= expiresAtSeconds }
}

extension Epochs {
    /// Reads `[own, tenant, partner]`; a token without the claim is of the first of each.
    fileprivate init?(claim: JSON?) {
        guard let claim else {
            self.init()
            return
        }
        let numbers = (claim.items ?? []).compactMap { $0.number.flatMap(UInt64.init(exactly:)) }
        guard numbers.count == 3, claim.items?.count == 3 else { return nil }
        self.init(own: numbers[0], tenant: numbers[1], partner: numbers[2])
    }
}
