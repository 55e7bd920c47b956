package import OpenSSL

/// What verification needs to know of one entry, taken from its bytes without building a value of them.
///
/// Texts are told by where they stand in the bytes; an empty range means that the member is absent.
package struct EntryFacts {
    package struct Sealed {
        package internal(set) var subject = 0..<0
        package internal(set) var key = 0..<0
        package internal(set) var commitment = Digest.zero
        /// The array of names, from bracket to bracket.
        package internal(set) var fields = 0..<0
        /// Whether the actor is among them.
        package internal(set) var holdsActor = false
    }

    package internal(set) var index: UInt64 = 0
    package internal(set) var id: UInt128 = 0
    /// Larger for later times; the days of the calendar above the microseconds of the day.
    package internal(set) var time: UInt64 = 0
    package internal(set) var type = 0..<0
    var own: OwnType?
    package internal(set) var `class` = Entry.Class.state
    package internal(set) var result = Entry.Result.ok
    package internal(set) var batch: Entry.Batch?
    package internal(set) var cause: UInt64?
    package internal(set) var compensates: UInt64?
    /// The chain's number in the scanner's table of names.
    package internal(set) var chain = 0
    package internal(set) var sequence: UInt64 = 0
    package internal(set) var previous: Digest?
    package internal(set) var stream = 0..<0
    package internal(set) var version: UInt64?
    package internal(set) var code = 0..<0
    package internal(set) var requestID = 0..<0
    package internal(set) var showsClient = false
    package internal(set) var actor: Actor.Kind = .system
    /// Whether the actor's id stands in clear.
    package internal(set) var namesActor = false
    package internal(set) var sealed: [Sealed] = []
}
