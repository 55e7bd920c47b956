import Engine
import Identity
import Wire

/// A resource that administrators list, create, read, change and delete: what the shared endpoints must know of it
/// beside its field table.
protocol Administered: Resource {
    /// Its part of the API: the first word of its scopes, its paths and its endpoints' names.
    static var area: Scope.Area { get }
    static var isRead: EventType { get }
    static var isListed: EventType { get }
    /// The fields that lists can be narrowed by, beside `status`.
    static var filters: [String] { get }
    /// Whether it may stand above others, which then are deleted with it or keep it from being deleted.
    static var hasChildren: Bool { get }

    /// Where it stands, and so who reaches it.
    static func chain(of resource: Versioned<Self>) -> Chain
    /// The field with a tenant's identifier in what is that tenant's: `id` for the tenant itself, nil where none is.
    static var tenantField: String? { get }
    /// What answers tell of it beside its fields.
    static func more(of resource: Versioned<Self>) -> Members
    /// Whether a new one comes with a secret, shown once.
    static func comesWithSecret(_ changes: Changes<Self>) -> Bool

    static func register(
        _ changes: Changes<Self>,
        as id: Identifier<Self>,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event]

    static func update(
        _ id: Identifier<Self>,
        _ changes: Changes<Self>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event]

    static func delete(
        _ id: Identifier<Self>,
        cascade: Bool,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event]
}

extension Administered {
    static func more(of resource: Versioned<Self>) -> Members { [:] }
    static func comesWithSecret(_ changes: Changes<Self>) -> Bool { false }
}
