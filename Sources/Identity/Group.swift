import Wire

/// A group: people and other groups of one tenant, under one name.
package struct Group: ManagedResource {
    package static let kind = Kind.group
    package static let area = Scope.Area("groups")
    package static let standsIn = [Place.Level.tenant]

    /// What a group is for.
    package enum GroupType: String, Sendable, CaseIterable {
        case security = "SECURITY"
        case distributionList = "DISTRIBUTION_LIST"
    }

    package var name = ""
    package var description: String?
    package var type = GroupType.security
    package var tenantID: TenantID?
    package var status = Status.active

    package init() {}

    package static let fields: [Field<Group>] = [
        .text(
            "name",
            \.name,
            .name,
            index: .unique,
            need: .required,
            "The group's name: unique among the living in its tenant, whatever the case."
        ),
        .optionalText("description", \.description, .lines(max: 2_000), "What it is for."),
        .choice("group_type", \.type, "SECURITY, or DISTRIBUTION_LIST for mail alone."),
        .identifier("tenant_id", \.tenantID, need: .requiredFixed, "The tenant it belongs to."),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
    ]
    package static let facets: [Facet<Group>] = [Facet(\.status), Facet(\.type)]

    package var searchText: [String] { [name] }

    package static func place(of new: Group) throws(Rejection) -> Place {
        guard let tenant = new.tenantID else { throw .notFound(Tenant.noun) }
        return .tenant(tenant)
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
            case .created: "A group was made."
            case .updated: "A group was changed."
            case .deleted: "A group was deleted."
            case .restored: "A deleted group is back, with its members."
            case .read: "Somebody read a group."
            case .listed: "Somebody listed groups."
            }
        }
    }
}
