import Wire

/// The kinds of resources: the one list of them.
///
/// A new kind is a case here and an arm in ``accept(_:)``; whoever must know all kinds visits them.
package enum Kind: String, Sendable, CaseIterable {
    case partner, tenant, application, agent, client, secret
    case apiKey = "api_key"
    case signingKey = "signing_key"
    case user, group, role, token
}

/// Something that is done with every kind of resource, each with its own type.
package protocol KindVisitor {
    associatedtype Output

    func visit<R: Resource>(_ kind: R.Type) throws -> Output
    /// The same for a kind that administrators create, change and delete; left out, it is visited like any other.
    func visit<R: ManagedResource>(managed kind: R.Type) throws -> Output
    /// The same for a kind that asks for tokens; left out, it is visited as one that is managed.
    func visit<R: OAuthClient>(client kind: R.Type) throws -> Output
    /// The same for a part that comes and goes by decisions of its own.
    func visit<R: Part>(part kind: R.Type) throws -> Output
}

extension KindVisitor {
    package func visit<R: ManagedResource>(managed kind: R.Type) throws -> Output { try visit(kind) }
    package func visit<R: OAuthClient>(client kind: R.Type) throws -> Output { try visit(managed: kind) }
    package func visit<R: Part>(part kind: R.Type) throws -> Output { try visit(kind) }
}

extension Kind {
    /// Calls the visitor with the type of this kind.
    package func accept<V: KindVisitor>(_ visitor: V) throws -> V.Output {
        switch self {
        case .partner: try visitor.visit(managed: Partner.self)
        case .tenant: try visitor.visit(managed: Tenant.self)
        case .application: try visitor.visit(client: Application.self)
        case .agent: try visitor.visit(client: Agent.self)
        case .client: try visitor.visit(client: OrganizationClient.self)
        case .apiKey: try visitor.visit(APIKey.self)
        case .secret: try visitor.visit(part: Secret.self)
        case .signingKey: try visitor.visit(SigningKey.self)
        case .user: try visitor.visit(managed: User.self)
        case .group: try visitor.visit(managed: Group.self)
        case .role: try visitor.visit(part: RoleGrant.self)
        case .token: try visitor.visit(Token.self)
        }
    }
}

extension Kind {
    /// The kind of what an identifier names, by its letters.
    package static func named(by id: String) -> Kind? { allCases.first { id.hasPrefix($0.prefix + "_") } }

    /// The letters before the underscore in its identifiers.
    package var prefix: String { (try? accept(PrefixOf())) ?? "" }

    private struct PrefixOf: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) -> String { R.prefix }
    }
}
