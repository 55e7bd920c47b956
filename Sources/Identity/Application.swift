import Wire

/// An application: a program that asks for tokens, at the platform, a partner or a tenant.
package struct Application: OAuthClient {
    package static let kind = Kind.application
    package static let area = Scope.Area("applications")
    package static let standsIn = Place.Level.allCases

    package enum Level: String, Sendable, CaseIterable {
        case global = "GLOBAL"
        case partner = "PARTNER"
        case tenant = "TENANT"
    }

    package static let tokenLifetimeSeconds: ClosedRange<Int64> = 60...86_400
    package static let tokenLifetimeSecondsDefault: Int64 = 3_600

    package var name = ""
    package var description: String?
    package var type = ApplicationType.service
    package var level = Level.tenant
    package var tenantID: TenantID?
    package var partnerID: PartnerID?
    package var status = Status.active
    package var allowedScopes: [String] = []
    package var redirectURIs: [String] = []
    package var allowedOrigins: [String] = []
    package var tokenLifetimeSeconds: Int64? = Application.tokenLifetimeSecondsDefault
    package var tokenExchangeAllowed = false
    package var tokenAudiences: [String] = []
    package var tokenTyp = TokenTyp.accessToken

    package init() {}

    package static let fields: [Field<Application>] = [
        .text("name", \.name, .name, need: .required, "The name shown in the audit: name it after the service."),
        .optionalText("description", \.description, .lines(max: 2_000), "What it is for."),
        .choice(
            "application_type",
            \.type,
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
        .list(
            "token_audiences",
            \.tokenAudiences,
            .audiences,
            "Whom its tokens are for beside itself: client ids or URIs. A client that is named may introspect them."
        ),
        .choice(
            "token_typ",
            \.tokenTyp,
            "The typ of its tokens: at+jwt (RFC 9068), or JWT for verifiers that know no other. Taken back, those end."
        ),
    ]

    package static let facets: [Facet<Application>] = [Facet(\.status), Facet(\.level), Facet(\.type)]

    package var searchText: [String] { [name] }

    package enum Verb: String, LifeVerb {
        case created, updated, deleted, restored, read, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated: .updates
            case .deleted: .deletes
            case .restored: .restores
            case .read, .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "An application was registered."
            case .updated: "An application was changed."
            case .deleted: "An application was deleted."
            case .restored: "A deleted application is back, without its secrets."
            case .read: "Somebody read an application."
            case .listed: "Somebody listed applications."
            }
        }
    }
}

/// What the header of an application's tokens calls them (RFC 7515 §4.1.9).
package enum TokenTyp: String, Sendable, CaseIterable {
    /// RFC 9068 §2.1: so that no ID token passes for an access token.
    case accessToken = "at+jwt"
    case jwt = "JWT"
}

/// What an application is: whether it keeps a secret, and where it runs.
package enum ApplicationType: String, Sendable, CaseIterable {
    case web = "WEB"
    case service = "SERVICE"
    case spa = "SPA"
    case native = "NATIVE"

    /// Whether it can keep a secret (RFC 6749 §2.1).
    package var isConfidential: Bool { self == .web || self == .service }
}
