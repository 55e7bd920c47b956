package import Identity

/// Writes entries that no rule decides about: the ledger's own life, and reads.
package struct RecordEvents: Command {
    private let events: [Event]

    package init(_ events: [Event]) { self.events = events }

    package func decide(_ room: Room) throws -> [Event] { events }
    package func output(_ room: Room) throws {}
}
