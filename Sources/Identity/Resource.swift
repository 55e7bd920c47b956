package import Wire

/// A thing that is managed: it has an identifier, fields, a life, and every change of it is an entry.
///
/// The field table is the one place that says what a field is called and may hold; request bodies, events, stored rows,
/// answers and the OpenAPI schema are all read off it.
package protocol Resource: Sendable, Prefixed {
    /// The word for it in event types and tables: `tenant`.
    static var noun: String { get }
    static var fields: [Field<Self>] { get }

    init()
    var status: Status { get set }

    /// The sets this resource belongs to in this state; lists and counts are kept for each.
    ///
    /// A deleted resource belongs to `status=DELETED` alone, so no other list has to skip it.
    var memberships: [Membership] { get }
    /// What a search looks at, besides nothing: public text only.
    var searchText: [String] { get }
}

/// A set that lists are kept for, as its filter reads: `partner_id=prt_k9`.
package struct Membership: Sendable, Hashable {
    package let text: String
    package init(_ name: String, _ value: String) { text = name + "=" + value }
    private init(_ text: String) { self.text = text }
    package static let all = Membership("all")
}

extension Resource {
    @inlinable
    package static func field(_ name: String) -> Field<Self>? { fields.first { $0.name == name } }

    /// The values of all fields, in the order of the table, which names each once.
    package var fieldValues: Members {
        // Compiled for the kinds that change most: rows are written by another target.
        @specialized(where Self == Partner)
        @specialized(where Self == Tenant)
        @specialized(where Self == Application)
        get { Members(distinct: Self.fields.map { ($0.name, $0.get(self)) }) }
    }

    /// The memberships every resource has; `owned` adds those of a living one.
    package func memberships(owned: [Membership]) -> [Membership] {
        let status = Membership("status", self.status.rawValue)
        return self.status == .deleted ? [status] : [.all, status] + owned
    }
}

/// A resource with what the ledger knows about it: identifier, version, and when it began, changed and ended.
package struct Versioned<R: Resource>: Sendable {
    package let id: Identifier<R>
    /// The version of its stream, from 1: exactly the ETag.
    package var version: UInt64
    /// The index of the entry that created it: lists are in this order.
    package var createdIndex: UInt64
    package var createdAt: Instant
    package var updatedAt: Instant
    package var deletedAt: Instant?
    package var state: R

    package init(
        id: Identifier<R>,
        version: UInt64,
        createdIndex: UInt64,
        createdAt: Instant,
        updatedAt: Instant,
        deletedAt: Instant? = nil,
        state: R,
    ) {
        self.id = id
        self.version = version
        self.createdIndex = createdIndex
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
        self.state = state
    }
}
