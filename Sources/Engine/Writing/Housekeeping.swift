import Wire

/// When the product writes entries of its own accord.
struct Housekeeping {
    static let attestEverySeconds: Int64 = 86_400
    /// Often, because each sweep takes a few files only, and so many rows that are over.
    static let sweepEverySeconds: Int64 = 1

    /// What a moment kept from being attested is tried again after this long.
    static let attestAgainSeconds: Int64 = 60

    private var sweptAt: Instant?
    private var attestsNotBefore = Instant.earliest

    func isAttestationDue(now: Instant, last: Instant) -> Bool {
        now >= max(attestsNotBefore, last.adding(seconds: Self.attestEverySeconds))
    }

    mutating func putAttestationOff(now: Instant) {
        attestsNotBefore = now.adding(seconds: Self.attestAgainSeconds)
    }

    mutating func isSweepDue(now: Instant) -> Bool {
        guard sweptAt.map({ now >= $0.adding(seconds: Self.sweepEverySeconds) }) ?? true else { return false }
        sweptAt = now
        return true
    }
}
