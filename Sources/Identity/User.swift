import Wire

/// A person who signs in: of a tenant, or of those who run a partner or the platform.
///
/// Everything personal stands in sealed segments; rows say only where.
package struct User: ManagedResource {
    package static let kind = Kind.user
    package static let area = Scope.Area("users")
    package static let standsIn = Place.Level.allCases

    package var tenantID: TenantID?
    package var partnerID: PartnerID?
    package var email: SealedReference?
    package var firstName: SealedReference?
    package var lastName: SealedReference?
    package var displayName: SealedReference?
    package var password: SealedReference?
    package var mustChangePassword = false
    package var status = Status.active

    package init() {}

    package static let fields: [Field<User>] = [
        .identifier(
            "tenant_id",
            \.tenantID,
            need: .fixed,
            "The person's tenant; null for those who run more than one."
        ),
        .identifier("partner_id", \.partnerID, need: .fixed, "The partner of a person who works for one."),
        .sealed(
            "email",
            \.email,
            .email,
            key: .profile,
            index: .uniqueAndFoundEverywhere,
            need: .required,
            "The address the person signs in with: unique among the living in its tenant, whatever the case."
        ),
        .sealed("first_name", \.firstName, .name, key: .profile, "The person's first name."),
        .sealed("last_name", \.lastName, .name, key: .profile, "The person's last name."),
        .sealed("display_name", \.displayName, .name, key: .profile, "How the person is shown."),
        .sealed(
            "password",
            \.password,
            .stored,
            key: .secrets,
            need: .internalOnly,
            "The Argon2id hash of the password."
        ),
        .flag(
            "must_change_password",
            \.mustChangePassword,
            need: .internalOnly,
            "Whether the next sign-in sets a new one."
        ),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
    ]
    package static let facets: [Facet<User>] = [Facet(\.status)]

    package enum Verb: String, LifeVerb {
        case created, updated, deleted, restored
        case passwordReset = "password_reset"
        case read, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated, .passwordReset: .updates
            case .deleted: .deletes
            case .restored: .restores
            case .read, .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "A person was added."
            case .updated: "A person was changed."
            case .deleted: "A person was deleted."
            case .restored: "A deleted person is back."
            case .passwordReset: "A person got another password."
            case .read: "Somebody read a person."
            case .listed: "Somebody listed people."
            }
        }
    }

    /// A new password ends what was proven with the old one.
    package static func endsProofs(_ event: StoredEvent) -> Bool { event.type == passwordReset }
    private static let passwordReset = entry(.passwordReset)
}
