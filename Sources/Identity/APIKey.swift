package import Wire

/// An API key: what a program of a workspace, which is the platform, a partner or a tenant, proves itself with in each
/// request.
///
/// It is used until it is revoked or has expired, and is told of for ever.
package struct APIKey: Resource {
    package static let kind = Kind.apiKey
    package static let area = Scope.Area("api-keys")
    package static let standsIn = Place.Level.allCases
    package static let isCredential = true

    package var name = ""
    package var notes: String?
    package var scopes: [String] = []
    package var tenantID: TenantID?
    package var partnerID: PartnerID?
    /// What it begins with, by which people tell keys apart; rotation leaves it as it is.
    package var beginning = ""
    package var expiresAt: String?
    package var revokedAt: String?
    package var status = Status.active

    package init() {}

    package static let fields: [Field<APIKey>] = [
        .text("name", \.name, .name, need: .required, "The name shown in the audit: name it after what uses it."),
        .optionalText("notes", \.notes, .lines(max: 2_000), "What it is for."),
        .list("scopes", \.scopes, .scopes, need: .required, "What it opens; a PATCH replaces the list."),
        .identifier("tenant_id", \.tenantID, need: .internalOnly, "The tenant that is its workspace."),
        .identifier("partner_id", \.partnerID, need: .internalOnly, "The partner that is its workspace."),
        .text("prefix", \.beginning, .stored, need: .internalOnly, "What it begins with."),
        .optionalText("expires_at", \.expiresAt, .moment, need: .fixed, "From when on it opens nothing."),
        .optionalText("revoked_at", \.revokedAt, .stored, need: .internalOnly, "When it was revoked."),
        .choice("status", \.status, need: .internalOnly, "ACTIVE, for keys are revoked rather than deleted."),
    ]

    package var power: [String] { scopes }

    /// How it is with a key: the contract's words.
    package enum Standing: String, Sendable, CaseIterable { case active, revoked, expired }

    /// It expires by itself.
    package func standing(at now: Instant) -> Standing {
        if revokedAt != nil { return .revoked }
        guard let expiresAt else { return .active }
        guard let end = try? Instant(canonical: expiresAt), now < end else { return .expired }
        return .active
    }

    package enum Verb: String, EntryVerb {
        case created, updated, revoked, read, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated, .revoked: .updates
            case .read, .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "An API key was made."
            case .updated: "An API key was changed."
            case .revoked: "An API key was revoked."
            case .read: "Somebody read what there is to know of an API key."
            case .listed: "Somebody listed API keys."
            }
        }
    }
}
