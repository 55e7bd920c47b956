/// The entries of the ledger's own life, by the names they have for ever.
enum OwnType: String, CaseIterable {
    case ledgerCreated = "ledger.created"
    case ledgerOpened = "ledger.opened"
    case ledgerClosed = "ledger.closed"
    case ledgerDegraded = "ledger.degraded"
    case ledgerResumed = "ledger.resumed"
    case ledgerForked = "ledger.forked"
    case ledgerMoved = "ledger.moved"
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
    case endsSwept = "ends.swept"
    case refusalsSummarized = "refusals.summarized"
    case readsSummarized = "reads.summarized"
    case commandFailed = "command.failed"

    /// The result that an activity entry of this type has; `nil` for the state entries of `platform`.
    var activityResult: Entry.Result? {
        switch self {
        case .refusalsSummarized, .readsSummarized: .ok
        case .commandFailed: .failed
        case .ledgerCreated, .ledgerOpened, .ledgerClosed, .ledgerDegraded, .ledgerResumed, .ledgerForked,
            .ledgerMoved, .ledgerBackedUp, .ledgerVerified, .configurationChanged, .clockStepped, .clockAccepted,
            .checkpointKeyCreated, .checkpointKeyRetired, .dataKeyDestroyed, .retentionApplied, .chainsAttested,
            .viewsAttested, .endsSwept:
            nil
        }
    }

    /// Whether its entries have a stream; `nil` where they may or may not.
    var hasStream: Bool? {
        switch self {
        case .checkpointKeyCreated, .checkpointKeyRetired: true
        case .refusalsSummarized, .readsSummarized, .commandFailed: nil
        case .ledgerCreated, .ledgerOpened, .ledgerClosed, .ledgerDegraded, .ledgerResumed, .ledgerForked,
            .ledgerMoved, .ledgerBackedUp, .ledgerVerified, .configurationChanged, .clockStepped, .clockAccepted,
            .dataKeyDestroyed, .retentionApplied, .chainsAttested, .viewsAttested, .endsSwept:
            false
        }
    }
}
