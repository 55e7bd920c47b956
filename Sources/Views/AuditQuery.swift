package import Identity

/// Which entries the audit is asked for; what is left out does not narrow.
package struct AuditQuery: Sendable {
    package enum Order: Sendable { case newestFirst, oldestFirst }

    /// Entries that count in any of these chains: a tenant's own, or a partner's with those of its tenants.
    package var chains: [String]?
    /// Entries by any of these.
    package var actors: [String]?
    /// The chains whose people are found by `actors` also where an entry seals who acted; nil are all of them.
    package var sealedHomes: [String]?
    /// Entries of any of these types.
    package var types: [EntryType]?
    /// Entries about one resource.
    package var stream: String?
    package var result: Event.Result?
    /// The text of a network address.
    package var ip: String?
    /// The first index that counts.
    package var from: UInt64 = 0
    /// The last index that counts; as of an entry is up to that entry.
    package var to: UInt64?
    package var order = Order.newestFirst
    /// From 1.
    package var page = 1
    package var perPage = 20

    package init() {}

    /// The types of a noun, which is what the audit calls `resource_type`.
    package static func types(of noun: String) -> [EntryType] {
        EntryType.allCases.filter { $0.noun.utf8.elementsEqual(noun.utf8) }
    }
}

/// One page of the audit: where the entries stand, and how many there are.
package struct AuditPage: Sendable, Equatable {
    package var indexes: [UInt64]
    package var total: Int
    /// Whether `total` is the whole number; else there are at least so many.
    package var isExact: Bool
}
