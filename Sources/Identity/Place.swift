import Wire

/// Where a resource stands, and where entries count: the platform, a partner or a tenant.
///
/// No entry below a tenant names its partner, so a transfer rewrites nothing.
package enum Place: Sendable, Hashable {
    case platform
    case partner(PartnerID)
    case tenant(TenantID)

    /// How high a place is: partners stand in the platform, tenants in partners.
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case tenant, partner, platform

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package var level: Level {
        switch self {
        case .platform: .platform
        case .partner: .partner
        case .tenant: .tenant
        }
    }

    package var text: String {
        switch self {
        case .platform: "platform"
        case .partner(let id): id.text
        case .tenant(let id): id.text
        }
    }

    package init?(_ text: String) {
        if text == "platform" {
            self = .platform
        } else if let id = PartnerID(text) {
            self = .partner(id)
        } else if let id = TenantID(text) {
            self = .tenant(id)
        } else {
            return nil
        }
    }

    package var tenantID: TenantID? {
        switch self {
        case .tenant(let id): id
        case .platform, .partner: nil
        }
    }

    package var partnerID: PartnerID? {
        switch self {
        case .partner(let id): id
        case .platform, .tenant: nil
        }
    }
}
