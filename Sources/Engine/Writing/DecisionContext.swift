package import EventLog
package import Identity
package import Views
package import Wire

/// Where one command is decided: the state as it stands inside the writer's transaction, the time it gets, its dice.
///
/// It lives on the writer's thread, for the length of one command.
package final class DecisionContext {
    package let facts: ViewTransaction
    /// The time of the command's entries, which rises strictly: behind a clock that was ahead it stands nearly still.
    package let now: Instant
    /// What the wall clock says: every duration begins and ends by it, of tokens, secrets and keys alike.
    package let wall: Instant
    package private(set) var caller: Caller
    /// What the caller may do, at this very state.
    package let authority: Authority
    package let keys: KeyStore
    /// Where the requests of clients are counted that may make so many a minute.
    package let rates: RequestRates
    /// The last index before this command.
    let index: UInt64
    private let random: (Int) -> [UInt8]

    init(
        facts: ViewTransaction,
        now: Instant,
        wall: Instant,
        caller: Caller,
        authority: Authority,
        keys: KeyStore,
        rates: RequestRates,
        index: UInt64,
        random: @escaping (Int) -> [UInt8]
    ) {
        self.facts = facts
        self.now = now
        self.wall = wall
        self.caller = caller
        self.authority = authority
        self.keys = keys
        self.rates = rates
        self.index = index
        self.random = random
    }

    /// Who the caller turned out to be, where the proof is part of the decision: its entries name it from here on.
    package func prove(_ actor: Actor, home: Place) {
        caller.actor = actor
        caller.home = home
    }

    package func newID<Kind: Prefixed>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(random: random(Identifier<Kind>.randomBytes))
    }

    /// One in digits.
    package func newNumberedID<Kind: Prefixed>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(numberedBy: random(Identifier<Kind>.numberBytes))
    }
}
