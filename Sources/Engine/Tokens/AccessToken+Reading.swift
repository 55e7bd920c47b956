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
        self.init(
            id: id,
            issuer: issuer,
            audience: audience,
            subject: subject,
            clientID: client,
            scopes: (object["scope"]?.text ?? "").split(separator: " ").map(String.init),
            issuedAtSeconds: issued,
            expiresAtSeconds: expires,
            tenantID: object["tenant_id"]?.text.flatMap { TenantID($0) },
            partnerID: object["partner_id"]?.text.flatMap { PartnerID($0) },
            clientClaims: claims,
            epochs: epochs
        )
    }

    /// The platform, or the tenant whose issuer it has; its entries count in the chain of that place.
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
