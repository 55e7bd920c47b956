package import EventLog
package import Identity
package import Views
package import Wire

/// Where one command is decided: the state as it stands inside the writer's transaction, the time it gets, its dice.
///
/// It lives on the writer's thread, for the length of one command.
package final class Room {
    package let facts: ViewDraft
    package let now: Instant
    package let caller: Caller
    package let keys: KeyStore
    private let random: (Int) -> [UInt8]

    init(facts: ViewDraft, now: Instant, caller: Caller, keys: KeyStore, random: @escaping (Int) -> [UInt8]) {
        self.facts = facts
        self.now = now
        self.caller = caller
        self.keys = keys
        self.random = random
    }

    package func newID<Kind: Prefixed>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(random: random(Identifier<Kind>.randomBytes))
    }
}
