package import Wire

/// A token that was taken back before its time.
///
/// Tokens that live out their time leave no state behind.
package struct Token: Resource {
    package static let noun = "token"

    package var applicationID: ApplicationID?
    package var expiresAt = ""
    package var status = Status.active

    package init() {}

    package static let fields: [Field<Token>] = [
        .identifier("application_id", \.applicationID, need: .internalOnly, "Whom it was issued to."),
        .text("expires_at", \.expiresAt, .stored, need: .internalOnly, "When it would have ended by itself."),
        .choice("status", \.status, need: .internalOnly, "The state of the revocation."),
    ]

    package var memberships: [Membership] { memberships(owned: []) }
    package var searchText: [String] { [] }

    /// RFC 7009 §2: the client takes back its own token.
    ///
    /// A second time changes nothing.
    package static func revoke(
        _ id: TokenID,
        of application: ApplicationID,
        chain: Chain,
        expiresAt: Instant,
        facts: some Facts,
    ) throws -> [Event] {
        guard try facts.current(id) == nil else { return [] }
        return [
            Event(
                .tokenRevoked,
                chain: chain,
                stream: id.text,
                data: ["application_id": .string(application.text), "expires_at": .string(expiresAt.text)]
            )
        ]
    }
}
