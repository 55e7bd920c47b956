/// Where a resource stands in its life, in the contract's words.
package enum Status: String, Sendable, CaseIterable {
    case active = "ACTIVE"
    case suspended = "SUSPENDED"
    case deleted = "DELETED"

    /// What a client may set by PATCH: `DELETED` comes by DELETE alone.
    package static let settable = [Status.active.rawValue, Status.suspended.rawValue]
}
