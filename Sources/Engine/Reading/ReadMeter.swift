import EventLog
import Identity
import OpenSSL
import Synchronization
import Wire

/// Gathers identical reads: the first of (actor, endpoint, query) is an entry before its answer, what follows within a
/// minute is counted into one.
final class ReadMeter: Sendable {
    static let windowSeconds: Int64 = 60
    /// Reads remembered at once; past them each read is an entry, which is never wrong.
    static let windowsMax = 100_000

    private struct Window {
        var from: Instant
        var count: Int64
        var event: Event
        var caller: Caller
    }

    private let windows = Mutex<[Digest: Window]>([:])

    static func key(_ event: Event, _ caller: Caller) -> Digest {
        SHA256Hash.hash(
            Array((caller.actor.id ?? "").utf8),
            [0],
            Array(caller.request.endpoint.utf8),
            [0],
            JSON.object(event.data).canonical,
            Array((event.stream ?? "").utf8),
            [0],
            Array(
                (event.sealed.first.map { String(decoding: JSON.object($0.fields).canonical, as: UTF8.self) } ?? "")
                    .utf8
            )
        )
    }

    /// Whether an identical read stands in the ledger already, not a minute old; if so, this one is counted to it.
    func isGathered(_ key: Digest, now: Instant) -> Bool {
        windows.withLock { windows in
            guard let window = windows[key], now < window.from.adding(seconds: Self.windowSeconds) else { return false }
            windows[key]?.count += 1
            return true
        }
    }

    /// Remembers a read whose entry is durable now.
    func open(_ key: Digest, _ event: Event, _ caller: Caller, now: Instant) {
        windows.withLock { windows in
            guard windows[key] == nil, windows.count < Self.windowsMax else { return }
            windows[key] = Window(from: now, count: 0, event: event, caller: caller)
        }
    }

    /// The summaries of windows that have closed, with the actors they speak of, in a stable order.
    func due(now: Instant, atOnce: Bool) -> [(Event, Caller)] {
        let closed = windows.withLock { windows in
            let over = windows.filter { atOnce || now >= $0.value.from.adding(seconds: Self.windowSeconds) }
            for key in over.keys { windows[key] = nil }
            return over
        }
        return closed.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map { _, window in
            var data: Members = [
                "count": .integer(window.count), "endpoint": .string(window.caller.request.endpoint),
                "from": .string(window.from.text), "read": .string(window.event.type.rawValue),
                "to": .string(now.text),
            ]
            if let stream = window.event.stream { data["target"] = .string(stream) }
            return (Event(.readsSummarized, chain: window.event.chain, data: data), window.caller)
        }
    }
}
