/// What an entry of a type does to the resource whose stream it stands in.
package enum Effect: Sendable, Equatable {
    case creates(ResourceKind)
    case updates(ResourceKind)
    case deletes(ResourceKind)
    /// A state entry that changes no resource: it stands in the ledger and its indexes.
    case records
    /// An activity entry: counted, indexed, kept for a while.
    case happens
}

/// The kinds of resources: one case for each table of states.
package enum ResourceKind: String, Sendable, CaseIterable {
    case partner, tenant, application, secret, signingKey, user, role, token
}

extension EventType {
    package var isState: Bool { effect != .happens }

    package var effect: Effect {
        switch self {
        case .partnerCreated: .creates(.partner)
        case .partnerUpdated: .updates(.partner)
        case .partnerDeleted: .deletes(.partner)
        case .tenantCreated: .creates(.tenant)
        case .tenantUpdated, .tenantTransferred: .updates(.tenant)
        case .tenantDeleted: .deletes(.tenant)
        case .applicationCreated: .creates(.application)
        case .applicationUpdated: .updates(.application)
        case .applicationDeleted: .deletes(.application)
        case .secretCreated: .creates(.secret)
        case .secretUpdated: .updates(.secret)
        case .secretRetired: .deletes(.secret)
        case .signingKeyCreated: .creates(.signingKey)
        case .signingKeyUpdated: .updates(.signingKey)
        case .signingKeyRevoked: .deletes(.signingKey)
        case .userCreated: .creates(.user)
        case .userPasswordReset: .updates(.user)
        case .roleGranted: .creates(.role)
        case .tokenRevoked: .creates(.token)
        case .ledgerCreated, .ledgerOpened, .ledgerClosed, .ledgerDegraded, .ledgerResumed, .ledgerForked,
            .ledgerBackedUp, .ledgerVerified, .configurationChanged, .clockStepped, .clockAccepted,
            .checkpointKeyCreated, .checkpointKeyRetired, .dataKeyDestroyed, .retentionApplied, .chainsAttested,
            .viewsAttested, .platformPartnerAdded, .partnerTenantAdded, .partnerTenantRemoved:
            .records
        case .refusalsSummarized, .readsSummarized, .commandFailed, .partnerRead, .partnerListed, .tenantRead,
            .tenantListed, .applicationRead, .applicationListed, .secretListed, .signingKeyListed, .tokenIssued,
            .tokenRefused, .authenticationFailed, .accessDenied, .entryRead, .entryListed:
            .happens
        }
    }
}
