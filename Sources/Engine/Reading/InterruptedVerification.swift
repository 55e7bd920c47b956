package import Wire

/// A verification beside serving that could not read on, and when the next one begins: for `/health/integrity`.
///
/// The next one begins at the first entry: what was read is no part of the moment in which the tables of heads are
/// compared. So it costs as much as the one before, and whatever stands in its way may stand there for long: each wait
/// is twice as long as the one before.
package struct InterruptedVerification: Sendable {
    private static let firstWaitSeconds: Int64 = 10
    static let waitSecondsMax: Int64 = 3_600

    /// What kept it from reading on.
    package let reason: String
    /// How many ended so, one after the other.
    package let count: Int
    package let at: Instant
    /// How long after that the next one begins.
    package let waitSeconds: Int64

    package var nextAt: Instant { at.adding(seconds: waitSeconds) }

    init(_ reason: String, at: Instant, after last: InterruptedVerification?) {
        self.reason = reason
        self.at = at
        count = (last?.count ?? 0) + 1
        waitSeconds = last.map { min(Self.waitSecondsMax, $0.waitSeconds * 2) } ?? Self.firstWaitSeconds
    }
}
