package import Wire

/// A token that was taken back before its time, until that time.
///
/// Tokens that live out their time leave no state behind. In entries of schema 1 it is a resource, too, of one version
/// that never ends.
package struct Token: Resource {
    package static let kind = Kind.token
    package static let area = Scope.Area("sessions")
    package static let standsIn = Place.Level.allCases
    package static let isPart = true

    package var applicationID: ApplicationID?
    package var agentID: AgentID?
    package var organizationClientID: OrganizationClientID?
    package var expiresAt = ""
    package var status = Status.active

    package init() {}

    package static let fields: [Field<Token>] = [
        .identifier("application_id", \.applicationID, need: .internalOnly, "The application it was issued to."),
        .identifier("agent_id", \.agentID, need: .internalOnly, "The agent it was issued to."),
        .identifier(
            "client_id",
            \.organizationClientID,
            need: .internalOnly,
            "The organization's client it was issued to."
        ),
        .text("expires_at", \.expiresAt, .stored, need: .internalOnly, "When it would have ended by itself."),
        .choice("status", \.status, need: .internalOnly, "The state of the revocation."),
    ]

    package var owner: String? { applicationID?.text ?? agentID?.text ?? organizationClientID?.text }

    package enum Verb: String, EntryVerb {
        case issued, refused, revoked

        package var effect: Effect {
            switch self {
            // Only a token that is taken back is remembered, and no longer than it would have lived.
            case .revoked: .begins
            case .issued, .refused: .happens
            }
        }

        package var effectsBefore: [Effect] {
            switch self {
            case .revoked: [.creates]
            case .issued, .refused: []
            }
        }

        package var sentence: String {
            switch self {
            case .issued: "A token was issued."
            case .refused: "A known client was refused a token."
            case .revoked: "A token was taken back before its time."
            }
        }
    }

    /// RFC 7009 §2: the client takes back its own token.
    ///
    /// A second time changes nothing, nor does it of a token that has ended.
    package static func revoke(
        _ id: TokenID,
        of client: ClientID,
        chain: Place,
        expiresAt: Instant,
        at now: Instant,
        facts: some Facts,
    ) throws -> [Event] {
        guard now < expiresAt, try !facts.lasts(id, at: now) else { return [] }
        return [
            event(
                .revoked,
                id,
                in: chain,
                data: [client.field: .string(client.text), "expires_at": .string(expiresAt.text)]
            )
        ]
    }
}

extension Token: ActivityWithEnd {
    package static let activity = ActivityKind.token
    package static let begins = Verb.revoked
    package var end: Instant? { try? Instant(canonical: expiresAt) }
}
