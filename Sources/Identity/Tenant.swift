package import Wire

/// A tenant: one customer's own users and applications, under a partner.
package struct Tenant: ManagedResource {
    package static let kind = Kind.tenant
    package static let area = Scope.Area("tenants")
    package static let standsIn = [Place.Level.partner]
    package static let isPlace: Place.Level? = .tenant

    package var name = ""
    package var slug = ""
    package var status = Status.active
    package var partnerID: PartnerID?
    package var contactEmail: SealedReference?
    package var settings: String?
    package var branding: String?

    package init() {}

    package static let fields: [Field<Tenant>] = [
        .text("name", \.name, .name, need: .required, "The tenant's name."),
        .text(
            "slug",
            \.slug,
            .slug,
            need: .required,
            "A short name, unique among tenants, for ever; it stands in sign-in URLs."
        ),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
        .identifier(
            "partner_id",
            \.partnerID,
            need: .required,
            "The partner it belongs to; a PATCH moves it to another."
        ),
        .sealed("contact_email", \.contactEmail, .email, key: .notes, "Where to reach the tenant."),
        .optionalText("settings", \.settings, .object, "The tenant's settings."),
        .optionalText("branding", \.branding, .object, "How the tenant's pages look."),
    ]
    package static let facets: [Facet<Tenant>] = [Facet(\.status)]

    package var searchText: [String] { [name, slug] }

    package func place(chain: Place) -> Place { partnerID.map { .partner($0) } ?? .platform }
    package static func chain(of id: TenantID, in place: Place) -> Place { .tenant(id) }

    package enum Verb: String, LifeVerb {
        case created, updated, deleted, restored, transferred, read, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated, .transferred: .updates
            case .deleted: .deletes
            case .restored: .restores
            case .read, .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "A tenant was registered."
            case .updated: "A tenant was changed."
            case .deleted: "A tenant was deleted, and with it all that stands in it."
            case .restored: "A deleted tenant is back, and with it all that stands in it."
            case .transferred: "A tenant moved to another partner."
            case .read: "Somebody read a tenant."
            case .listed: "Somebody listed tenants."
            }
        }
    }

    /// A transfer says whence and whither, and of the tenant it sets the partner.
    package static func assignments(of event: StoredEvent, to state: Tenant) throws(Poison) -> Members {
        guard event.type == entry(.transferred) else { return event.data }
        guard event.data.count == 2, let origin = event.data["from"]?.text, let target = event.data["to"],
            let partner = state.partnerID, origin.utf8.elementsEqual(partner.text.utf8)
        else { throw event.poison("it does not lead from the tenant's partner to another") }
        return ["partner_id": target]
    }
}
