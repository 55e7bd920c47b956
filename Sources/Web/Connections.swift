import NIOCore
import Synchronization

/// The connections that are open, and what is under way on each, so that it is known which may be closed.
///
/// Past the limit a new connection is served, and the one makes way on which for the longest time nothing came to its
/// end: an idle one, or one that sends its request slowly. Nobody who waits for an answer is closed.
final class Connections: Sendable {
    fileprivate struct Connection {
        let channel: any Channel
        /// Requests whose head has come and whose answer is not written.
        var begun = 0
        /// Those of them that have come to their end, and so are being answered.
        var complete = 0
        /// When a request last began or ended here, as a number that rises.
        var turn: UInt64
    }

    fileprivate struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        /// Of all connections together.
        var begun = 0
        var lastTurn: UInt64 = 0
    }

    private let limits: WebServer.Limits
    private let state = Mutex(State())

    init(limits: WebServer.Limits) { self.limits = limits }

    func insert(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let victim = state.withLock { state in
            state.lastTurn += 1
            state.open[key] = Connection(channel: channel, turn: state.lastTurn)
            return state.takeIdle(but: key, beyond: limits.connectionsMax)
        }
        victim?.close(promise: nil)
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.remove(key) }
        }
    }

    /// A request's head has come.
    ///
    /// Past the limit the connection that holds most unfinished ones makes way.
    func begin(on channel: any Channel) {
        let victim = state.withLock { state in
            state.change(channel) { $0.begun += 1 }
            return state.takeSlowest(beyond: limits.requestsMax)
        }
        victim?.close(promise: nil)
    }

    /// All of a request has come.
    func complete(on channel: any Channel) {
        state.withLock { state in state.change(channel) { $0.complete += 1 } }
    }

    /// A request has its answer, or will never have one.
    func end(on channel: any Channel, wasComplete: Bool) {
        let victim = state.withLock { state in
            state.change(channel) { connection in
                connection.begun -= 1
                if wasComplete { connection.complete -= 1 }
            }
            // Not this one: the end of its answer may still be on its way.
            return state.takeIdle(but: ObjectIdentifier(channel), beyond: limits.connectionsMax)
        }
        victim?.close(promise: nil)
    }

    func closeAll() {
        let left = state.withLock { $0.open.values.map(\.channel) }
        for channel in left { channel.close(promise: nil) }
    }
}

extension Connections.State {
    /// A request of a connection that is gone changes nothing.
    mutating func change(_ channel: any Channel, _ body: (inout Connections.Connection) -> Void) {
        guard let place = open.index(forKey: ObjectIdentifier(channel)) else { return }
        lastTurn += 1
        open.values[place].turn = lastTurn
        begun -= open.values[place].begun
        body(&open.values[place])
        begun += open.values[place].begun
    }

    /// Its requests count no longer, though some may still be ending: else one too many would cost every connection.
    mutating func remove(_ key: ObjectIdentifier) -> (any Channel)? {
        guard let connection = open.removeValue(forKey: key) else { return nil }
        begun -= connection.begun
        return connection.channel
    }

    /// Takes out the connection on which nothing has come to its end for the longest time, if there are too many.
    mutating func takeIdle(but kept: ObjectIdentifier, beyond countMax: Int) -> (any Channel)? {
        guard open.count > countMax else { return nil }
        // It is asked for each connection of a flood, so it copies nothing.
        var idle: ObjectIdentifier?
        var least = UInt64.max
        for (key, connection) in open
        where connection.complete == 0 && connection.turn < least && key != kept {
            (idle, least) = (key, connection.turn)
        }
        return idle.flatMap { remove($0) }
    }

    /// Takes out the connection with most requests that have not come to their end, if there are too many.
    mutating func takeSlowest(beyond countMax: Int) -> (any Channel)? {
        guard begun > countMax else { return nil }
        let slowest = open.max { $0.value.begun - $0.value.complete < $1.value.begun - $1.value.complete }
        guard let slowest, slowest.value.begun > slowest.value.complete else { return nil }
        return remove(slowest.key)
    }
}
