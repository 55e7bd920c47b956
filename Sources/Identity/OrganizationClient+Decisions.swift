import Wire

extension OrganizationClient {
    package static let isWrittenElsewhere = true
    /// The admin API never shows one.
    package static let hasSecret = false

    package static func place(of new: OrganizationClient) throws(Rejection) -> Place {
        guard let tenant = new.tenantID else { throw .notFound(Tenant.noun) }
        return .tenant(tenant)
    }

    package static func requireSound(_ client: OrganizationClient) throws(Rejection) {
        var issues: [FieldIssue] = []
        if client.name.unicodeScalars.count > nameCharactersMax {
            let message = "String should have at most \(nameCharactersMax) characters"
            issues.append(FieldIssue(["body", "name"], message, "string_too_long"))
        }
        let claims = client.customClaims
        if claims.count > claimsMax {
            let message = "List should have at most \(claimsMax) items"
            issues.append(FieldIssue(["body", "custom_claims"], message, "too_long"))
        }
        for (position, claim) in claims.prefix(claimsMax).enumerated() {
            let place = ["body", "custom_claims", String(position)]
            if !(1...claimNameCharactersMax).contains(claim.name.unicodeScalars.count) {
                let message = "A claim's key has 1 to \(claimNameCharactersMax) characters"
                issues.append(FieldIssue(place + ["key"], message, "value_error"))
            }
            if claim.value.text == nil {
                issues.append(FieldIssue(place + ["value"], "Input should be a string", "string_type"))
            }
        }
        let content: JSON = [
            .array(client.scopes.map(JSON.string)), .array(client.audience.map(JSON.string)), .object(claims),
        ]
        let bytes = content.compact.count
        if bytes > tokenContentBytesMax {
            let message =
                "Scopes, audience and custom claims are \(bytes) bytes together; a token carries \(tokenContentBytesMax)"
            issues.append(FieldIssue(["body"], message, "too_long"))
        }
        if !issues.isEmpty { throw .invalid(issues) }
    }

    /// The signing algorithm of its tokens, which its verifiers know no other than.
    package static let tokenAlgorithm = "RS256"

    /// - Throws: that no token could be signed for one now.
    package static func requireTokens(_ facts: some Facts) throws {
        let current = try SigningKey.known(facts).last { $0.state.stage == .current }
        guard current?.state.algorithm == tokenAlgorithm else { throw Rejection.tokenAlgorithmDiffers }
    }
}

extension Rejection {
    /// Tokens of organizations' clients cannot be signed with the present key.
    package static let tokenAlgorithmDiffers = Self(
        .conflict,
        "token_algorithm",
        "Tokens of organization clients are signed with RS256, and the signing key is of another algorithm: "
            + "serve with --token-algorithm RS256"
    )
}
