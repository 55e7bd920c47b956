package import Wire

/// An organization's client: a program of a tenant's customer, whose tokens the tenant's own services read.
///
/// Scalekit calls a tenant an organization. Its scopes are words between the tenant and its services, and open nothing
/// of ours.
package struct OrganizationClient: OAuthClient {
    package static let kind = Kind.client
    package static let area = Scope.Area("clients")
    package static let standsIn = [Place.Level.tenant]

    /// A day at most, for as long a key is published after it has signed.
    package static let expirySeconds: ClosedRange<Int64> = 300...86_400
    package static let expirySecondsDefault: Int64 = 3_600
    package static let nameCharactersMax = 128
    package static let descriptionCharactersMax = 512
    package static let claimsMax = 100
    package static let claimNameCharactersMax = 128
    /// What its scopes, audience and claims may be together, in JSON: they all stand in each of its tokens, which go
    /// into headers, and most servers take headers of 8 KiB.
    package static let tokenContentBytesMax = 4 * 1024

    package var tenantID: TenantID?
    package var name = ""
    package var description: String?
    package var status = Status.active
    package var scopes: [String] = []
    package var audience: [String] = []
    /// An object of texts, as its compact text.
    package var customClaimsText: String?
    package var expirySeconds: Int64? = OrganizationClient.expirySecondsDefault

    package init() {}

    package static let fields: [Field<OrganizationClient>] = [
        .identifier("tenant_id", \.tenantID, need: .requiredFixed, "The organization it belongs to."),
        .text("name", \.name, .name, need: .required, "The name shown in the audit; at most 128 characters."),
        .optionalText("description", \.description, .lines(max: descriptionCharactersMax), "What it is for."),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
        .list("scopes", \.scopes, .scopes, "The most its tokens can carry, in words of the organization's own."),
        .list("audience", \.audience, .recipients, "Whom its tokens are for: URIs or names of hosts."),
        .optionalText("custom_claims", \.customClaimsText, .object, "Texts that its tokens carry, by their names."),
        .number("expiry", \.expirySeconds, .seconds(expirySeconds), "Seconds a token lives."),
    ]

    package static let facets: [Facet<OrganizationClient>] = [Facet(\.status)]

    package var searchText: [String] { [name] }

    package static func clientID(_ id: OrganizationClientID) -> ClientID { .organizationClient(id) }

    /// None of ours, whatever its scopes are called.
    package var power: [String] { [] }

    package var tokenTerms: TokenTerms {
        var terms = TokenTerms(
            scopes: scopes,
            lifetimeSeconds: expirySeconds,
            claims: .organizationClient(customClaims: customClaims)
        )
        terms.audiences = audience
        return terms
    }

    /// Its own claims by their names, in the order in which they were given.
    package var customClaims: Members {
        customClaimsText.flatMap { try? JSON.parse(Array($0.utf8)).members } ?? [:]
    }

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
            case .created: "An organization's client was registered."
            case .updated: "An organization's client was changed."
            case .deleted: "An organization's client was deleted."
            case .restored: "A deleted client of an organization is back, without its secrets."
            case .read: "Somebody read an organization's client."
            case .listed: "Somebody listed an organization's clients."
            }
        }
    }
}
