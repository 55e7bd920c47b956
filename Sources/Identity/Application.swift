import Wire

/// An application: a program that asks for tokens, at the platform, a partner or a tenant.
package struct Application: Resource {
    package static let noun = "application"

    package enum Kind: String, Sendable, CaseIterable {
        case web = "WEB"
        case service = "SERVICE"
        case spa = "SPA"
        case native = "NATIVE"

        /// Whether it can keep a secret (RFC 6749 §2.1).
        package var isConfidential: Bool { self == .web || self == .service }
    }

    package enum Level: String, Sendable, CaseIterable {
        case global = "GLOBAL"
        case partner = "PARTNER"
        case tenant = "TENANT"
    }

    package static let tokenLifetimeSeconds: ClosedRange<Int64> = 60...86_400
    package static let tokenLifetimeSecondsDefault: Int64 = 3_600

    package var name = ""
    package var description: String?
    package var kind = Kind.service
    package var level = Level.tenant
    package var tenantID: TenantID?
    package var partnerID: PartnerID?
    package var status = Status.active
    package var allowedScopes: [String] = []
    package var redirectURIs: [String] = []
    package var allowedOrigins: [String] = []
    package var tokenLifetimeSeconds: Int64? = Application.tokenLifetimeSecondsDefault
    package var tokenExchangeAllowed = false

    package init() {}

    package static let fields: [Field<Application>] = [
        .text("name", \.name, .name, need: .required, "The name shown in the audit: name it after the service."),
        .optionalText("description", \.description, .text(max: 2_000), "What it is for."),
        .choice(
            "application_type",
            \.kind,
            need: .requiredFixed,
            "WEB and SERVICE keep a secret; SPA and NATIVE cannot."
        ),
        .choice("scope", \.level, need: .requiredFixed, "GLOBAL, PARTNER or TENANT: where its tokens act."),
        .identifier("tenant_id", \.tenantID, need: .fixed, "The tenant of a TENANT application."),
        .identifier("partner_id", \.partnerID, need: .fixed, "The partner of a PARTNER application."),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
        .list("allowed_scopes", \.allowedScopes, .scopes, "The most its tokens can carry; a PATCH replaces the list."),
        .list("redirect_uris", \.redirectURIs, .redirectURIs, "Where sign-in may return to, compared byte for byte."),
        .list("allowed_origins", \.allowedOrigins, .origins, "Web origins that may call from a browser."),
        .number("token_lifetime", \.tokenLifetimeSeconds, .seconds(tokenLifetimeSeconds), "Seconds a token lives."),
        .flag("token_exchange_allowed", \.tokenExchangeAllowed, "Whether it may exchange tokens (RFC 8693)."),
    ]

    /// Where it stands, and so where its entries count.
    package var chain: Chain {
        if let tenantID { return .tenant(tenantID) }
        if let partnerID { return .partner(partnerID) }
        return .platform
    }

    package var memberships: [Membership] {
        memberships(
            owned: [Membership("scope", level.rawValue), Membership("application_type", kind.rawValue)]
                + (tenantID.map { [Membership("tenant_id", $0.text)] } ?? [])
                + (partnerID.map { [Membership("partner_id", $0.text)] } ?? [])
        )
    }
    package var searchText: [String] { [name] }
}
