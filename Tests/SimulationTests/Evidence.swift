import EventLog
import OpenSSL
import Wire

/// Everything that the oracle judges a run by, as plain values: what stands on the disk, and what was told of it.
struct Evidence: Sendable {
    typealias Leaf = Digest

    /// What is there right after a crash, before anybody has opened anything.
    struct Durable: Sendable {
        var size: UInt64
        var checkpoint: UInt64?
        var hint: UInt64?
        /// How far the views are; `nil` where there are none yet.
        var applied: UInt64?
        /// The place of the last entry in its command.
        var lastBatch: Entry.Batch?
    }

    /// A question about the past, as it was answered when it was the present, and as it is answered now.
    struct Recalled: Sendable {
        var then: Book.Sight
        var now: Book.Sight?
    }

    /// Whether something is told to last that ends by itself: at a moment, by the newest state or as of an entry.
    struct Lasting: Sendable {
        var token: String
        var moment: Instant
        var asOf: UInt64?
        var isThere: Bool
    }

    /// The entries, index by index; `nil` where there is none.
    var lines: [[UInt8]?] = []
    var entries: [Entry] = []
    /// What was there at the last look: the past never changes.
    var earlier: [Digest] = []
    var storedRoot = MerkleTree.emptyRoot
    var verifier: VerifierKey?
    var checkpoints: [SignedNote] = []
    var acknowledged: [UInt64: [UInt8]?] = [:]
    var tokens: [String: UInt64] = [:]
    var requests: [String: Book.Told] = [:]
    var durable: [Durable] = []
    /// How many entries there were when each process that served the ledger was started.
    var starts: [UInt64] = []
    var applied: UInt64 = 0
    /// The rows in which the live views differ from a replay of the ledger.
    var differences: [String] = []
    /// What a verification of the product's own found, for the oracle to agree with.
    var problems: [String] = []
    var recalled: [Recalled] = []
    /// What was answered about what stands where, to clients and between lives, now and as of any entry.
    var answers: [Answered] = []
    var carriedOut: [CarriedOut] = []
    /// Of the revocations of tokens what is told now, and how many rows the tables have in which things end.
    var lasting: [Lasting] = []
    var rows: [String: UInt64] = [:]
    /// How the last run ended, where that is known: what the entry of the start after it must say.
    var lastStop: String?
    /// Entries that were written while views were damaged: what they attest is what the views were.
    var whileDamaged: Range<UInt64> = 0..<0
}

extension Evidence {
    var leaves: [Digest] { lines.map { MerkleTree.leaf($0 ?? []) } }
}
