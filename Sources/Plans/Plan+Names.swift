import Identity

extension PlannedChange {
    /// Whether it makes a resource that is not there yet: then its identifier is drawn anew each time.
    ///
    /// An edge has the same stream each time.
    package var isNew: Bool { version == 0 && Kind(rawValue: kind) != nil }
}

extension Plan {
    /// What the resources that it makes are called where their identifiers cannot be, by identifier: `new#1`.
    package var newNames: [String: String] {
        let new = changes.filter(\.isNew).enumerated().map { ($1.resource, "new#\($0 + 1)") }
        return Dictionary(new) { first, _ in first }
    }
}
