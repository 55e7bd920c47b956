import Wire

/// When the product writes entries of its own accord.
struct Housekeeping {
    static let attestEverySeconds: Int64 = 86_400
    /// Often, because each sweep takes a few files only.
    static let sweepEverySeconds: Int64 = 1

    private var sweptAt: Instant?

    func isAttestationDue(now: Instant, last: Instant) -> Bool {
        now >= last.adding(seconds: Self.attestEverySeconds)
    }

    mutating func isSweepDue(now: Instant) -> Bool {
        guard sweptAt.map({ now >= $0.adding(seconds: Self.sweepEverySeconds) }) ?? true else { return false }
        sweptAt = now
        return true
    }
}
