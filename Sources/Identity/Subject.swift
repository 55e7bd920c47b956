/// What entries are about: a kind of resource, or a part of the server's own life.
package protocol Subject: SendableMetatype {
    associatedtype Verb: EntryVerb
    /// The word before the dot in the names of its entries: `tenant`.
    static var noun: String { get }
}

/// What happens to a subject: the word behind the dot in the names of its entries, such as `created`.
///
/// A word, once written, keeps its meaning for ever.
package protocol EntryVerb: RawRepresentable, CaseIterable, Sendable where RawValue == String {
    /// What an entry of this subject and verb does.
    var effect: Effect { get }
    /// What it did in the schemas before the present one, from the first on: such entries fold for ever.
    var effectsBefore: [Effect] { get }
    /// What happened, in one sentence for readers of the audit.
    var sentence: String { get }
}

extension EntryVerb {
    package var effectsBefore: [Effect] { [] }
}

/// What an entry does to the state of things.
package enum Effect: Sendable {
    /// The resource whose stream it stands in begins.
    case creates
    case updates
    case deletes
    /// A deleted resource is back.
    case restores
    /// An edge between two resources begins, and ends.
    case links, unlinks
    /// A state entry that changes no resource: it stands in the ledger and its indexes.
    case records
    /// An activity entry of something that ends by itself: it holds from here on, until it is over.
    case begins
    /// An activity entry: counted, indexed, kept for a while.
    case happens

    package var isState: Bool {
        switch self {
        case .creates, .updates, .deletes, .restores, .links, .unlinks, .records: true
        case .begins, .happens: false
        }
    }
}

/// The verbs of what administrators create, change and delete.
package protocol LifeVerb: EntryVerb {
    static var created: Self { get }
    static var updated: Self { get }
    static var deleted: Self { get }
    static var restored: Self { get }
    static var read: Self { get }
    static var listed: Self { get }
}
