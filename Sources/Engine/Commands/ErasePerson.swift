import EventLog
package import Identity

/// Erases a person: every data key of theirs is destroyed, and with it all that it sealed, at every index.
struct ErasePerson: Command {
    let user: UserID
    let why: String

    var requirement: Requirement { .machine }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        Decision(
            try User.erase(user, why: why, facts: context.facts) { key in context.keys.holds(KeyName.data(key)) }
        )
    }
}

extension Instance {
    /// Erases what is sealed about a person; the rest of it stays as it is.
    ///
    /// The keys open nothing when this returns, and their bytes are gone from the disk as soon as there is free space
    /// to write what takes their place. Erasing twice changes nothing.
    ///
    /// - Parameter why: at most 255 bytes; it stands in clear in the ledger for ever.
    package func erase(_ user: UserID, why: String) async throws(Refusal) {
        _ = try await perform(ErasePerson(user: user, why: why), by: .system)
    }
}
