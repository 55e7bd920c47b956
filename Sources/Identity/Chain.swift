import Wire

/// Where an entry counts: the platform's chain, a partner's, or a tenant's.
///
/// No entry below a tenant names its partner, so a transfer rewrites nothing.
package enum Chain: Sendable, Hashable {
    case platform
    case partner(PartnerID)
    case tenant(TenantID)

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
}
