/// Every type of entry there is, as it is stored.
///
/// A name, once written, keeps its meaning for ever.
package enum EventType: String, Sendable, CaseIterable {
    // The ledger's own life.
    case ledgerCreated = "ledger.created"
    case ledgerOpened = "ledger.opened"
    case ledgerClosed = "ledger.closed"
    case ledgerDegraded = "ledger.degraded"
    case ledgerResumed = "ledger.resumed"
    case ledgerForked = "ledger.forked"
    case ledgerBackedUp = "ledger.backed_up"
    case ledgerVerified = "ledger.verified"
    case configurationChanged = "configuration.changed"
    case clockStepped = "clock.stepped"
    case clockAccepted = "clock.accepted"
    case checkpointKeyCreated = "checkpoint_key.created"
    case checkpointKeyRetired = "checkpoint_key.retired"
    case dataKeyDestroyed = "data_key.destroyed"
    case retentionApplied = "retention.applied"
    case chainsAttested = "chains.attested"
    case viewsAttested = "views.attested"
    case refusalsSummarized = "refusals.summarized"
    case readsSummarized = "reads.summarized"
    case commandFailed = "command.failed"

    // What is managed.
    case partnerCreated = "partner.created"
    case partnerUpdated = "partner.updated"
    case partnerDeleted = "partner.deleted"
    case partnerRead = "partner.read"
    case partnerListed = "partner.listed"
    case platformPartnerAdded = "platform.partner_added"
    case tenantCreated = "tenant.created"
    case tenantUpdated = "tenant.updated"
    case tenantDeleted = "tenant.deleted"
    case tenantTransferred = "tenant.transferred"
    case tenantRead = "tenant.read"
    case tenantListed = "tenant.listed"
    case partnerTenantAdded = "partner.tenant_added"
    case partnerTenantRemoved = "partner.tenant_removed"
    case applicationCreated = "application.created"
    case applicationUpdated = "application.updated"
    case applicationDeleted = "application.deleted"
    case applicationRead = "application.read"
    case applicationListed = "application.listed"
    case secretCreated = "secret.created"
    case secretUpdated = "secret.updated"
    case secretRetired = "secret.retired"
    case secretListed = "secret.listed"
    case signingKeyCreated = "signing_key.created"
    case signingKeyUpdated = "signing_key.updated"
    case signingKeyRevoked = "signing_key.revoked"
    case signingKeyListed = "signing_key.listed"
    case userCreated = "user.created"
    case userPasswordReset = "user.password_reset"
    case roleGranted = "role.granted"

    // Tokens, proofs of identity, refusals, and reads of the ledger itself.
    case tokenIssued = "token.issued"
    case tokenRefused = "token.refused"
    case tokenRevoked = "token.revoked"
    case authenticationFailed = "authentication.failed"
    case accessDenied = "access.denied"
    case entryRead = "entry.read"
    case entryListed = "entry.listed"

    /// The word before the dot: what the audit calls `resource_type`.
    package var noun: String { String(rawValue.prefix { $0 != "." }) }

    package static func named(_ text: String) -> EventType? {
        // Names are small letters, dots and underscores: Swift finds no other text equal to one of these.
        byName[text]
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}
