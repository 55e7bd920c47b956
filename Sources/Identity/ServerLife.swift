/// The subjects that are no resources: the ledger, its clock and keys, what is counted, what is refused.
package enum ServerLife {
    static let subjects: [any Subject.Type] = [
        LedgerSubject.self, ConfigurationSubject.self, ClockSubject.self, CheckpointKeySubject.self,
        DataKeySubject.self, RetentionSubject.self,
        ChainsSubject.self, ViewsSubject.self, EndsSubject.self, RefusalsSubject.self, ReadsSubject.self,
        CommandSubject.self,
        PlatformSubject.self, AuthenticationSubject.self,
        AccessSubject.self, EntrySubject.self, RestoreSubject.self,
    ]
}

package enum LedgerSubject: Subject {
    package static let noun = "ledger"
    package enum Verb: String, EntryVerb {
        case created, opened, closed, degraded, resumed, forked, moved
        case backedUp = "backed_up"
        case verified

        package var effect: Effect { .records }
        package var sentence: String {
            switch self {
            case .created: "The ledger was founded."
            case .opened: "A server began to serve the ledger."
            case .closed: "The server stopped in order."
            case .degraded: "Writes were refused for a while."
            case .resumed: "Writes were possible again."
            case .forked: "An operator gave up entries that were lost, and the ledger went on under another name."
            case .moved: "An operator let this copy of the data directory take the place of its original."
            case .backedUp: "A backup was made."
            case .verified: "Every entry up to here was read again and found whole."
            }
        }
    }
}

package enum ConfigurationSubject: Subject {
    package static let noun = "configuration"
    package enum Verb: String, EntryVerb {
        case changed
        package var effect: Effect { .records }
        package var sentence: String { "A setting that the ledger remembers was changed." }
    }
}

package enum ClockSubject: Subject {
    package static let noun = "clock"
    package enum Verb: String, EntryVerb {
        case stepped, accepted
        package var effect: Effect { .records }
        package var sentence: String {
            switch self {
            case .stepped: "The server's clock was set."
            case .accepted: "An operator found the clock right, though the last entries say otherwise."
            }
        }
    }
}

package enum CheckpointKeySubject: Subject {
    package static let noun = "checkpoint_key"
    package enum Verb: String, EntryVerb {
        case created, retired
        package var effect: Effect { .records }
        package var sentence: String {
            switch self {
            case .created: "A key began to sign checkpoints."
            case .retired: "A key signs checkpoints no more."
            }
        }
    }
}

package enum DataKeySubject: Subject {
    package static let noun = "data_key"
    package enum Verb: String, EntryVerb {
        case destroyed
        package var effect: Effect { .records }
        package var sentence: String { "A data key was destroyed, and with it everything that it sealed." }
    }
}

package enum RetentionSubject: Subject {
    package static let noun = "retention"
    package enum Verb: String, EntryVerb {
        case applied
        package var effect: Effect { .records }
        package var sentence: String { "Activity that was older than it is kept was removed." }
    }
}

package enum ChainsSubject: Subject {
    package static let noun = "chains"
    package enum Verb: String, EntryVerb {
        case attested
        package var effect: Effect { .records }
        package var sentence: String { "The heads of all chains were written down." }
    }
}

package enum ViewsSubject: Subject {
    package static let noun = "views"
    package enum Verb: String, EntryVerb {
        case attested
        package var effect: Effect { .records }
        package var sentence: String { "The sums of all tables were written down." }
    }
}

package enum EndsSubject: Subject {
    package static let noun = "ends"
    package enum Verb: String, EntryVerb {
        case swept
        package var effect: Effect { .records }
        package var sentence: String { "What had ended by itself was taken out of the tables it was found in." }
    }
}

package enum RefusalsSubject: Subject {
    package static let noun = "refusals"
    package enum Verb: String, EntryVerb {
        case summarized
        package var effect: Effect { .happens }
        package var sentence: String { "So many requests were refused for one reason." }
    }
}

package enum ReadsSubject: Subject {
    package static let noun = "reads"
    package enum Verb: String, EntryVerb {
        case summarized
        package var effect: Effect { .happens }
        package var sentence: String { "Somebody read the same so many times more." }
    }
}

package enum CommandSubject: Subject {
    package static let noun = "command"
    package enum Verb: String, EntryVerb {
        case failed, previewed
        package var effect: Effect { .happens }
        package var sentence: String {
            switch self {
            case .failed: "A request could not be carried out."
            case .previewed: "Somebody looked at what a request would do; nothing of it was done."
            }
        }
    }
}

package enum PlatformSubject: Subject {
    package static let noun = "platform"
    package enum Verb: String, EntryVerb {
        case partnerAdded = "partner_added"
        package var effect: Effect { .records }
        package var sentence: String { "A partner joined the platform." }
    }
}

package enum AuthenticationSubject: Subject {
    package static let noun = "authentication"
    package enum Verb: String, EntryVerb {
        case failed
        package var effect: Effect { .happens }
        package var sentence: String { "Somebody could not prove who they are." }
    }
}

package enum AccessSubject: Subject {
    package static let noun = "access"
    package enum Verb: String, EntryVerb {
        case denied, read, listed
        package var effect: Effect { .happens }
        package var sentence: String {
            switch self {
            case .denied: "Somebody asked for what they may not do."
            case .read: "Somebody read what an actor could do."
            case .listed: "Somebody listed who could do something."
            }
        }
    }
}

package enum EntrySubject: Subject {
    package static let noun = "entry"
    package enum Verb: String, EntryVerb {
        case read, listed, compared
        package var effect: Effect { .happens }
        package var sentence: String {
            switch self {
            case .read: "Somebody read an entry of the audit."
            case .listed: "Somebody listed entries of the audit."
            case .compared: "Somebody compared two moments."
            }
        }
    }
}

/// An undo or a restore that is too large for one command: it is carried out in chunks, others between them.
package enum RestoreSubject: Subject {
    package static let noun = "restore"
    package enum Verb: String, EntryVerb {
        case started, progressed, planned

        package var effect: Effect {
            switch self {
            case .started, .progressed: .records
            case .planned: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .planned: "Somebody looked at what an undo or a restore would do."
            case .started: "An undo or a restore began that is carried out in chunks."
            case .progressed: "A chunk of a restore was carried out."
            }
        }
    }
}
