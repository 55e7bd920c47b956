package import Identity
import Synchronization
package import Wire

/// How many requests each of those who may make only so many has made, over all connections.
///
/// The windows are those of the clock, so that all limits of a length begin anew at the same moment. Counting is exact
/// while the server runs.
package final class RequestRates: Sendable {
    /// Who is counted.
    package enum Party: Hashable, Sendable {
        case client(ClientID)
        /// All API keys of one workspace together.
        case workspace(Place)
        /// Whoever proves nothing, by the address that it asks from.
        case source(String, of: Unproven)

        fileprivate var isSource: Bool {
            switch self {
            case .client, .workspace: false
            case .source: true
            }
        }
    }

    /// What is asked without a proof.
    package enum Unproven: Hashable, Sendable {
        /// To be let in with a key that is none.
        case key
        /// To end a key that was found.
        case leak
    }

    /// How many are counted at once before those whose windows are over are forgotten; and, where that is not enough,
    /// all sources, of which anybody can have any number.
    fileprivate static let partiesMax = 65_536

    fileprivate struct Count {
        /// The first second of its window.
        var start: Int64
        var count: Int64
    }

    fileprivate struct Counts {
        var of: [Party: [RateWindow: Count]] = [:]
        /// At how many it is looked through next, so that many who are all at work cost no more than few.
        var full = partiesMax
    }

    private let counts = Mutex(Counts())

    package init() {}

    /// Counts a request of a client.
    ///
    /// - Throws: `rate_limited` where the client has made as many as it may in this minute; that one is not counted.
    package func count(_ client: ClientState, at wall: Instant) throws(Rejection) {
        guard let most = client.terms.requestsPerMinuteMax else { return }
        let standing = count(.client(client.id), [RateLimit(most, in: .minute)], at: wall)
        if let seconds = standing.retryAfterSeconds { throw .rateLimited(most, until: seconds) }
    }

    /// Counts a request, unless it is one too many for one of the limits.
    package func count(_ party: Party, _ limits: [RateLimit], at wall: Instant) -> RateStanding {
        counts.withLock { counts in
            var windows = counts.of[party] ?? [:]
            for limit in limits {
                let start = limit.window.start(at: wall)
                // A clock that was set back goes on counting in the window it has begun.
                if windows[limit.window].map({ $0.start < start }) ?? true {
                    windows[limit.window] = Count(start: start, count: 0)
                }
            }
            let full = limits.filter { (windows[$0.window]?.count ?? 0) >= $0.most }
            if full.isEmpty {
                for limit in limits { windows[limit.window]?.count += 1 }
                if counts.of[party] == nil { counts.makeRoom(at: wall) }
                counts.of[party] = windows
            }
            let parts = limits.compactMap { limit in
                windows[limit.window].map { window in
                    RateStanding.Part(
                        limit: limit,
                        remaining: max(0, limit.most - window.count),
                        resetSeconds: window.start + limit.window.seconds - wall.seconds
                    )
                }
            }
            let waits = parts.filter { full.contains($0.limit) }.map(\.resetSeconds)
            return RateStanding(parts: parts, retryAfterSeconds: waits.max())
        }
    }
}

extension RequestRates.Counts {
    fileprivate mutating func makeRoom(at wall: Instant) {
        guard of.count >= full else { return }
        of = of.filter { $0.value.contains { $0.value.start >= $0.key.start(at: wall) } }
        if of.count >= RequestRates.partiesMax { of = of.filter { !$0.key.isSource } }
        full = max(RequestRates.partiesMax, 2 * of.count)
    }
}

extension Rejection {
    fileprivate static func rateLimited(_ most: Int64, until seconds: Int64) -> Self {
        Self(
            .tooMany(retryAfterSeconds: Int(seconds)),
            "rate_limited",
            "Rate limit exceeded: \(most) requests a minute. Retry after \(seconds) \(seconds == 1 ? "second" : "seconds")"
        )
    }
}
