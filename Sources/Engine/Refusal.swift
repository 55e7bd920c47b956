package import Identity

/// Why a request got no: what a rule said, or what the server cannot do just now.
package enum Refusal: Error, Sendable, Equatable {
    case rejected(Rejection)
    /// Too much waits, or the server is starting, stopping or behind: try again after so many seconds.
    case busy(retryAfterSeconds: Int, String)
    /// The disk is full: nothing that must be recorded can be done.
    case diskFull
    /// Writes are refused until an operator acts; the text says why.
    case refusingWrites(String)
    /// The command broke a rule of ours; it is in the ledger as `command.failed`, and the rest went on.
    case failed
}
