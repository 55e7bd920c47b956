package import EventLog
package import Identity
package import Views
package import Wire

/// Where one command is decided: the state as it stands inside the writer's transaction, the time it gets, its dice.
///
/// It lives on the writer's thread, for the length of one command.
package final class Room {
    package let facts: ViewDraft
    /// The time of the command's entries: what the ledger holds is judged by it.
    package let now: Instant
    /// What the wall clock says: tokens are judged by it, since others judge them by theirs.
    package let wall: Instant
    package private(set) var caller: Caller
    package let keys: KeyStore
    /// The last index before this command.
    let index: UInt64
    private var made: (any Sendable)?
    private let random: (Int) -> [UInt8]

    init(
        facts: ViewDraft,
        now: Instant,
        wall: Instant,
        caller: Caller,
        keys: KeyStore,
        index: UInt64,
        random: @escaping (Int) -> [UInt8]
    ) {
        self.facts = facts
        self.now = now
        self.wall = wall
        self.caller = caller
        self.keys = keys
        self.index = index
        self.random = random
    }

    /// Who the caller turned out to be, where the proof is part of the decision: its entries name it from here on.
    package func prove(_ actor: Actor, home: Chain) {
        caller.actor = actor
        caller.home = home
    }

    /// Keeps what a decision made for the answer that is read off afterwards.
    func note<T: Sendable>(_ value: T) { made = value }
    func noted<T: Sendable>(_ type: T.Type) -> T? { made as? T }

    package func newID<Kind: Prefixed>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(random: random(Identifier<Kind>.randomBytes))
    }
}
