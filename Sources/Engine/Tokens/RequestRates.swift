package import Identity
import Synchronization
package import Wire

/// How many requests each client has made in the present minute, over all connections.
///
/// The minutes are those of the clock, so that all limits begin anew at the same moment. Counting is exact while the
/// server runs.
package final class RequestRates: Sendable {
    /// How many clients are counted at once; beyond that, those of minutes that are over are forgotten.
    private static let clientsMax = 65_536
    private static let windowSeconds: Int64 = 60

    private struct Window {
        /// The first second of its minute.
        var start: Int64
        var count: Int64
    }

    private let windows = Mutex<[ClientID: Window]>([:])

    /// Counts a request.
    ///
    /// - Throws: `rate_limited` where the client has made as many as it may in this minute; that one is not counted.
    package func count(_ client: ClientState, at wall: Instant) throws(Rejection) {
        guard let most = client.terms.requestsPerMinuteMax else { return }
        let start = wall.seconds - wall.seconds % Self.windowSeconds
        let isTaken = windows.withLock { windows in
            var window = windows[client.id] ?? Window(start: start, count: 0)
            // A clock that was set back goes on counting in the minute it has begun.
            if window.start < start { window = Window(start: start, count: 0) }
            guard window.count < most else { return false }
            window.count += 1
            if windows.count >= Self.clientsMax { windows = windows.filter { $0.value.start >= start } }
            windows[client.id] = window
            return true
        }
        if !isTaken { throw .rateLimited(most, until: start + Self.windowSeconds - wall.seconds) }
    }
}

extension Rejection {
    static func rateLimited(_ most: Int64, until seconds: Int64) -> Self {
        Self(
            .tooMany(retryAfterSeconds: Int(seconds)),
            "rate_limited",
            "Rate limit exceeded: \(most) requests a minute. Retry after \(seconds) \(seconds == 1 ? "second" : "seconds")"
        )
    }
}
