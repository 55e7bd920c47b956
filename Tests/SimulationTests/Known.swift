import Identity

/// What the naive model holds of one resource: the last state that was acknowledged, and what may have come of requests
/// whose outcome nobody was told.
struct Known: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case partner, tenant, application, agent, user, group

        /// Those that ask for tokens.
        static let clients = [Kind.application, .agent]

        var path: String { "/api/v1/admin/\(rawValue)s" }

        /// What it is called in the registry.
        var kind: Identity.Kind {
            switch self {
            case .partner: .partner
            case .tenant: .tenant
            case .application: .application
            case .agent: .agent
            case .user: .user
            case .group: .group
            }
        }

        /// The field that renaming it changes: a person's is sealed.
        var nameField: String {
            switch self {
            case .partner, .tenant, .application, .agent, .group: "name"
            case .user: "display_name"
            }
        }
    }

    let kind: Kind
    /// The partner of a tenant, the tenant or partner of what stands in one.
    let parent: String?
    /// The slug of that tenant: where such a client asks for tokens.
    var slug: String?
    /// The name it was made with: the slug of partners and tenants.
    let firstName: String
    var name: String
    var version: UInt64
    /// The index of the acknowledgement.
    var index: UInt64
    var isDeleted = false
    /// Names that a change without an outcome may have given it.
    var maybeNames: Set<String> = []
    /// How many changes had no outcome: its version may be that much later.
    var maybeChanges: UInt64 = 0
    /// Deletions that are on their way, or had no outcome.
    var maybeDeletions = 0
    /// Whether somebody tried to bring it back: it may be there again although its deletion was acknowledged.
    var mayReturn = false
    var suspension = Suspension()
    /// The secret of a client as it was last shown; `nil` while a rotation has no outcome.
    var secret: String?
    var retiredSecrets: [String] = []

    var mayBeDeleted: Bool { maybeDeletions > 0 }

    init(kind: Kind, parent: String?, name: String, version: UInt64, index: UInt64) {
        self.kind = kind
        self.parent = parent
        firstName = name
        self.name = name
        self.version = version
        self.index = index
    }

    mutating func acknowledge(name: String, version: UInt64, at index: UInt64) {
        guard index > self.index else { return }
        (self.name, self.version, self.index) = (name, version, index)
    }
}
