/// Why a command is refused: a fact with a stable code, a sentence for the client, and what the entry calls it.
package struct Rejection: Error, Sendable, Equatable {
    /// The family decides the status on the wire and the result in the entry.
    package enum Kind: Sendable, Equatable {
        /// The body cannot mean anything: 422, no entry.
        case invalid([FieldIssue])
        /// Who is asking was not proven, or no longer holds: 401.
        case unauthenticated
        /// Authority said no: 403, `denied`.
        case denied
        /// There is nothing by that name, or nothing that the caller may know of: 404, no entry.
        case absent
        /// A limit was reached: 409, `denied`.
        case limit
        /// The state does not allow it: 409, `failed`.
        case conflict
        /// The version named in `If-Match` is not the present one: 412, `failed`.
        case moved
    }

    package let kind: Kind
    package let code: String
    package let detail: String

    package init(_ kind: Kind, _ code: String, _ detail: String) {
        self.kind = kind
        self.code = code
        self.detail = detail
    }

    package static func invalid(_ issues: [FieldIssue]) -> Self {
        Self(.invalid(issues), "invalid_request", "The request body is not valid")
    }

    package static func invalid(_ field: String, _ message: String, _ type: String = "value_error") -> Self {
        .invalid([FieldIssue(["body", field], message, type)])
    }

    package static let invalidToken = Self(
        .unauthenticated,
        "invalid_token",
        "The access token is missing, malformed, expired or revoked"
    )
    package static let accessDenied = Self(.denied, "access_denied", "Access denied")

    package static func notFound(_ noun: String) -> Self {
        Self(.absent, "not_found", "\(noun.prefix(1).uppercased())\(noun.dropFirst()) not found")
    }

    package static let versionMoved = Self(
        .moved,
        "version_moved",
        "The resource has changed since the version in If-Match; read it again",
    )
}
