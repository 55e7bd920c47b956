/// What somebody else has counted of the ledger's entries, to hold the stored heads against.
///
/// A head that was put back as it once was speaks of an entry that is there: only that others have counted further
/// tells of it. Both counts are of what is durable; nil is where nobody has counted.
package struct HeadWitness: Sendable {
    /// How many entries a chain has, of both classes; those that retention removed may be missing.
    let entries: @Sendable (_ chain: String) throws -> UInt64?
    /// The version that a stream is at.
    let version: @Sendable (_ stream: String) throws -> UInt64?

    package init(
        entries: @escaping @Sendable (_ chain: String) throws -> UInt64?,
        version: @escaping @Sendable (_ stream: String) throws -> UInt64?,
    ) {
        self.entries = entries
        self.version = version
    }

    /// Where there are no views to ask.
    package static let none = HeadWitness(entries: { _ in nil }, version: { _ in nil })
}
