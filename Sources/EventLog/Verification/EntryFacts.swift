import OpenSSL

/// What verification needs to know of one entry, taken from its bytes without building a value of them.
///
/// Texts are told by where they stand in the bytes; an empty range means that the member is absent.
struct EntryFacts {
    struct Sealed {
        var subject = 0..<0
        var key = 0..<0
        var commitment = Digest.zero
        /// The array of names, from bracket to bracket.
        var fields = 0..<0
        /// Whether the actor is among them.
        var holdsActor = false
    }

    var index: UInt64 = 0
    var id: UInt128 = 0
    /// Larger for later times; the days of the calendar above the microseconds of the day.
    var time: UInt64 = 0
    var type = 0..<0
    var own: OwnType?
    var `class` = Entry.Class.state
    var result = Entry.Result.ok
    var batch: Entry.Batch?
    var cause: UInt64?
    var compensates: UInt64?
    /// The chain's number in the scanner's table of names.
    var chain = 0
    var sequence: UInt64 = 0
    var previous: Digest?
    var stream = 0..<0
    var version: UInt64?
    var code = 0..<0
    var requestID = 0..<0
    var showsClient = false
    var actor: Actor.Kind = .system
    /// Whether the actor's id stands in clear.
    var namesActor = false
    var sealed: [Sealed] = []
}
