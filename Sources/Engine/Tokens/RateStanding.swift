package import Identity
import Wire

/// A length of time that begins anew with the clock's own seconds, minutes, hours and days.
package enum RateWindow: Int64, Sendable, CaseIterable {
    case second = 1
    case minute = 60
    case hour = 3_600
    case day = 86_400

    package var seconds: Int64 { rawValue }

    /// The first second of the one that a moment lies in.
    func start(at wall: Instant) -> Int64 { wall.seconds - wall.seconds % seconds }
}

/// How many requests may be made in a window.
package struct RateLimit: Sendable, Equatable {
    package let window: RateWindow
    package let most: Int64

    package init(_ most: Int64, in window: RateWindow) { (self.window, self.most) = (window, most) }

    /// Those of a workspace, which all of its API keys share (§3.5 of the contract); and of a source, for what proves
    /// nothing.
    package static let ofWorkspace = [
        RateLimit(5, in: .second), RateLimit(300, in: .minute), RateLimit(5_000, in: .hour),
        RateLimit(25_000, in: .day),
    ]
}

/// How it is with somebody's limits once a request was counted, or refused.
package struct RateStanding: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        package let limit: RateLimit
        package let remaining: Int64
        /// In how many seconds the window begins anew.
        package let resetSeconds: Int64
    }

    package let parts: [Part]
    /// In how many seconds a request is let through again; nil where this one was.
    package let retryAfterSeconds: Int64?

    /// The limit that is met first: the one with the fewest left, and of several the one that lasts longest.
    package var tightest: Part? {
        parts.min { ($0.remaining, -$0.resetSeconds) < ($1.remaining, -$1.resetSeconds) }
    }

    /// That the request is one too many; nil where it is not.
    package var rejection: Rejection? {
        retryAfterSeconds.map { seconds in
            Rejection(
                .tooMany(retryAfterSeconds: Int(seconds)),
                "rate_limited",
                "Rate limit exceeded. Retry after \(seconds) \(seconds == 1 ? "second" : "seconds")."
            )
        }
    }
}
