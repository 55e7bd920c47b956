/// Why a command is refused: a fact with a stable code, a sentence for the client, and what the entry calls it.
package struct Rejection: Error, Sendable, Equatable {
    /// The family: each dialect has its own status and words for it.
    package enum Kind: Sendable, Equatable {
        /// The request as a whole cannot be taken for one of ours, whatever its body says; no entry.
        case malformed
        /// The body cannot mean anything; no entry.
        case invalid([FieldIssue])
        /// Who is asking was not proven, or no longer holds.
        case unproven
        /// Authority said no, or nobody may do this. `missing` names the scopes of which one would help, if any would.
        case forbidden(missing: [String] = [])
        /// There is nothing by that name, or nothing that the caller may know of; no entry.
        case absent
        /// A limit was reached.
        case limit
        /// The state does not allow it.
        case conflict
        /// More requests than it may make in a while: how many seconds until there may be more.
        case tooMany(retryAfterSeconds: Int)
        /// The version that the change was meant for is not the present one.
        case moved
    }

    package let kind: Kind
    package let code: String
    package let detail: String
    /// The identifier of the resource that stands in the way, where one does.
    package let holder: String?

    package init(_ kind: Kind, _ code: String, _ detail: String, holder: String? = nil) {
        self.kind = kind
        self.code = code
        self.detail = detail
        self.holder = holder
    }

    package static func invalid(_ issues: [FieldIssue]) -> Self {
        Self(.invalid(issues), "invalid_request", "The request body is not valid")
    }

    package static func invalid(_ field: String, _ message: String, _ type: String = "value_error") -> Self {
        .invalid([FieldIssue(["body", field], message, type)])
    }

    package static let unprovenToken = Self(
        .unproven,
        "invalid_token",
        "The access token is missing, malformed, expired or revoked"
    )
    package static let accessDenied = Self(.forbidden(), "access_denied", "Access denied")

    /// The code of what was to be called as something else is called already.
    package static let identifierTaken = "identifier_taken"

    package static func notFound(_ noun: String) -> Self {
        Self(.absent, "not_found", "\(noun.prefix(1).uppercased())\(noun.dropFirst()) not found")
    }

    package static let versionMoved = Self(
        .moved,
        "version_moved",
        "The resource has changed since the version in If-Match; read it again",
    )

    package var isForbidden: Bool {
        switch kind {
        case .forbidden: true
        case .malformed, .invalid, .unproven, .absent, .limit, .conflict, .tooMany, .moved: false
        }
    }
}
