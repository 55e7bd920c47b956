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

    fileprivate struct Window {
        var from: Instant
        var count: Int64
        var event: Event
        var caller: Caller
    }

    /// A window that is over.
    struct Closed {
        fileprivate let key: Digest
        fileprivate let window: Window
    }

    fileprivate struct State {
        var windows: [Digest: Window] = [:]
        /// The windows in the order of their opening, so that those that are over stand at the front.
        var opened: [(from: Instant, key: Digest)] = []
        var closed = 0
    }

    private let state = Mutex(State())

    static func key(_ event: Event, _ caller: Caller) -> Digest {
        SHA256Hash.hash(
            Array((caller.actor.id ?? "").utf8),
            [0],
            Array(caller.request.endpoint.utf8),
            [0],
            // The same words asked of two places are two reads, and each chain tells of its own.
            Array(event.chain.text.utf8),
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
        state.withLock { state in
            guard let window = state.windows[key], now < window.from.adding(seconds: Self.windowSeconds) else {
                return false
            }
            state.windows[key]?.count += 1
            return true
        }
    }

    /// Remembers a read whose entry is durable now.
    func open(_ key: Digest, _ event: Event, _ caller: Caller, now: Instant) {
        state.withLock { state in
            guard state.windows[key] == nil, state.windows.count < Self.windowsMax else { return }
            state.windows[key] = Window(from: now, count: 0, event: event, caller: caller)
            state.opened.append((now, key))
        }
    }

    /// Takes out the windows that are over.
    func close(now: Instant, atOnce: Bool) -> [Closed] { state.withLock { $0.close(now: now, atOnce: atOnce) } }

    /// Puts windows back whose summaries could not be written.
    func reopen(_ closed: [Closed]) {
        state.withLock { state in
            for item in closed {
                if var window = state.windows[item.key] {
                    window.count += item.window.count
                    state.windows[item.key] = window
                } else {
                    state.windows[item.key] = item.window
                    state.opened.append((item.window.from, item.key))
                }
            }
        }
    }

    /// The summaries of closed windows, with the actors they speak of, in a stable order.
    static func summaries(_ closed: [Closed], now: Instant) -> [(Event, Caller)] {
        closed.filter { $0.window.count > 0 }.sorted { $0.key < $1.key }.map { item in
            let window = item.window
            var data: Members = [
                "count": .integer(window.count), "endpoint": .string(window.caller.request.endpoint),
                "from": .string(window.from.text), "read": .string(window.event.type.text),
                "to": .string(now.text),
            ]
            if let stream = window.event.stream { data["target"] = .string(stream) }
            return (Event(ReadsSubject.entry(.summarized), chain: window.event.chain, data: data), window.caller)
        }
    }
}

extension ReadMeter.State {
    /// It is asked in every drain, so it looks at no window that is still open but the first.
    fileprivate mutating func close(now: Instant, atOnce: Bool) -> [ReadMeter.Closed] {
        var over: [ReadMeter.Closed] = []
        while closed < opened.count {
            let (from, key) = opened[closed]
            guard atOnce || now >= from.adding(seconds: ReadMeter.windowSeconds) else { break }
            if let window = windows.removeValue(forKey: key) { over.append(ReadMeter.Closed(key: key, window: window)) }
            closed += 1
        }
        if closed * 2 >= opened.count {
            opened.removeFirst(closed)
            closed = 0
        }
        return over
    }
}
