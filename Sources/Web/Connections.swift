import NIOCore
import Synchronization

/// The open connections of the server, with the requests and bytes that each holds, to choose which one to close.
///
/// There are three limits: connections, requests that are not answered yet, and bytes of bodies and answers in memory.
/// When a new connection or request exceeds one, it is served all the same, and another connection is closed for it:
///
/// - too many connections: the one on which for the longest time no request began or ended;
/// - too many requests: the one with most requests that wait for their client;
/// - too many bytes: the one with most bytes that wait for their client.
///
/// A request waits for its client while the client has not sent all of it, or does not take the answer. A connection
/// whose requests all wait for the server is never closed. In HTTP/2 one connection has several requests, so the slow
/// ones among them may cause it to be closed together with the others.
///
/// Safe to use from every thread. Closing happens outside the lock.
final class Connections: Sendable {
    fileprivate struct Connection {
        let channel: any Channel
        /// The number of requests whose head was received and whose answer is not sent completely.
        var begun = 0
        /// How many of them wait for the server: they were received completely, and their client reads its answers.
        var waiting = 0
        /// Bytes of bodies that are not received completely, and of answers that are not sent completely.
        var bytes = 0
        /// The larger, the later a request last began or ended on this connection.
        var turn: UInt64
    }

    fileprivate struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        /// The sum of `begun` of all open connections.
        var begun = 0
        /// The sum of `bytes` of all open connections.
        var bytes = 0
        /// Bytes of bodies that were received completely and are being answered, also where the connection has closed.
        var bytesAtWork = 0
        /// The largest `turn` that was given.
        var lastTurn: UInt64 = 0
        /// Whether the server has ended; a connection that is accepted after that is closed at once.
        var isClosed = false
    }

    private let limits: WebServer.Limits
    private let state = Mutex(State())

    init(limits: WebServer.Limits) { self.limits = limits }

    /// Counts a new connection until it closes, and closes another one if there are too many.
    ///
    /// After ``closeAll()`` the new connection itself is closed.
    func insert(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let victim = state.withLock { state -> (any Channel)? in
            state.lastTurn += 1
            guard !state.isClosed else { return channel }
            state.open[key] = Connection(channel: channel, turn: state.lastTurn)
            return state.removeIdle(but: key, beyond: limits.connectionsMax)
        }
        victim?.cut()
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.remove(key) }
        }
    }

    /// Closes all connections, and each that is inserted later.
    func closeAll() {
        let left = state.withLock { state in
            state.isClosed = true
            return state.open.values.map(\.channel)
        }
        for channel in left { channel.close(promise: nil) }
    }
}

// Requests.
extension Connections {
    /// Counts a request whose head was received.
    ///
    /// If there are more than `requestsMax`, it closes the connection with most requests that wait for their client.
    func begin(on channel: any Channel) {
        let victim = state.withLock { state in
            state.change(channel) { $0.begun += 1 }
            return state.removeSlowest(asking: ObjectIdentifier(channel), beyond: limits.requestsMax)
        }
        victim?.cut()
    }

    /// Records whether a request waits for the server from now on (`true`), or for its client (`false`).
    ///
    /// Called only when that changes. A request begins as one that waits for its client.
    func setWaiting(on channel: any Channel, forServer isWaiting: Bool) {
        state.withLock { state in state.change(channel) { $0.waiting += isWaiting ? 1 : -1 } }
    }

    /// Counts a request no longer: its answer was sent, or will never be.
    ///
    /// If there are too many connections, it then closes one, since this may be the first moment at which one of them
    /// has no request that waits for the server.
    ///
    /// - Parameter wasWaiting: what ``setWaiting(on:forServer:)`` was told of this request last.
    func end(on channel: any Channel, wasWaiting: Bool) {
        let victim = state.withLock { state in
            state.change(channel) { connection in
                connection.begun -= 1
                if wasWaiting { connection.waiting -= 1 }
            }
            // Not this connection: it has just been used, and its client may be about to send the next request.
            return state.removeIdle(but: ObjectIdentifier(channel), beyond: limits.connectionsMax)
        }
        victim?.cut()
    }
}

// Bytes.
extension Connections {
    /// Counts more bytes of a body that is being received, if the limit of all bytes allows it.
    ///
    /// If it does not, connections with most bytes that wait for their client are closed, and it is tried again.
    ///
    /// - Parameters:
    ///   - count: the number of new bytes.
    ///   - own: the number of bytes that the same request holds already.
    /// - Returns: whether the bytes are counted; if not, the request must be refused.
    func addBody(_ count: Int, on channel: any Channel, besides own: Int) -> Bool {
        let (isCounted, victims) = state.withLock { state -> (Bool, [any Channel]) in
            // Bytes that wait for the server are not freed by closing connections. Where those alone exceed the limit,
            // none is closed.
            guard state.bytesAtWork + own + count <= limits.bodiesBytesMax else { return (false, []) }
            let victims = state.removeGreediest(
                asking: ObjectIdentifier(channel),
                besides: own,
                beyond: limits.bodiesBytesMax - count
            )
            guard state.bytes + state.bytesAtWork + count <= limits.bodiesBytesMax else { return (false, victims) }
            state.addBytes(count, to: channel)
            return (true, victims)
        }
        for victim in victims { victim.cut() }
        return isCounted
    }

    /// Counts the bytes of an answer, always, and closes connections with most bytes until the limit is kept.
    ///
    /// An answer is never refused, because what it reports has been done.
    func addAnswer(_ count: Int, on channel: any Channel) {
        let victims = state.withLock { state in
            state.addBytes(count, to: channel)
            return state.removeGreediest(
                asking: ObjectIdentifier(channel),
                besides: count,
                beyond: limits.bodiesBytesMax
            )
        }
        for victim in victims { victim.cut() }
    }

    /// Counts bytes of an answer while it is sent, without asking for the limit.
    ///
    /// ``addAnswer(_:on:)`` has asked for them before.
    func addSending(_ count: Int, on channel: any Channel) { state.withLock { $0.addBytes(count, to: channel) } }

    /// Counts bytes no longer that were freed.
    func remove(_ count: Int, on channel: any Channel) { state.withLock { $0.addBytes(-count, to: channel) } }

    /// Moves the bytes of a body that was received completely from its connection to those that wait for the server.
    ///
    /// There they count until ``endWork(_:)``, even if the connection closes.
    func beginWork(_ count: Int, on channel: any Channel) {
        state.withLock { state in
            state.addBytes(-count, to: channel)
            state.bytesAtWork += count
        }
    }

    /// Counts the bytes of a body no longer that has been used.
    func endWork(_ count: Int) { state.withLock { $0.bytesAtWork -= count } }
}

extension Connections.State {
    /// Changes what is counted of a connection, and the sum of all requests with it.
    ///
    /// It does nothing when the connection is closed: ``remove(_:)`` has then subtracted its requests.
    mutating func change(_ channel: any Channel, _ body: (inout Connections.Connection) -> Void) {
        guard let place = open.index(forKey: ObjectIdentifier(channel)) else { return }
        lastTurn += 1
        open.values[place].turn = lastTurn
        begun -= open.values[place].begun
        body(&open.values[place])
        begun += open.values[place].begun
    }

    /// Adds bytes to a connection and to the sum of all, or subtracts them where `count` is negative.
    ///
    /// It does nothing when the connection is closed: ``remove(_:)`` has then subtracted all its bytes.
    mutating func addBytes(_ count: Int, to channel: any Channel) {
        guard let place = open.index(forKey: ObjectIdentifier(channel)) else { return }
        open.values[place].bytes += count
        bytes += count
    }

    /// Removes a connection, and subtracts its requests and bytes from the sums.
    ///
    /// They are subtracted at once, though some of its requests may end later: else closing one connection would not
    /// change the sum, and the next request would close another one.
    ///
    /// - Returns: its channel, which the caller closes; `nil` when it was removed before.
    mutating func remove(_ key: ObjectIdentifier) -> (any Channel)? {
        guard let connection = open.removeValue(forKey: key) else { return nil }
        begun -= connection.begun
        bytes -= connection.bytes
        return connection.channel
    }

    /// Removes the connection on which for the longest time no request began or ended, if there are too many.
    ///
    /// One with a request that waits for the server is not chosen.
    ///
    /// - Parameters:
    ///   - kept: a connection that is not chosen either.
    ///   - countMax: how many connections there may be.
    /// - Returns: its channel, which the caller closes; `nil` when there are not too many, or none can be chosen.
    mutating func removeIdle(but kept: ObjectIdentifier, beyond countMax: Int) -> (any Channel)? {
        guard open.count > countMax else { return nil }
        // In a flood this runs for each new connection, so it goes over the table without copying it.
        var idle: ObjectIdentifier?
        var least = UInt64.max
        for (key, connection) in open
        where connection.waiting == 0 && connection.turn < least && key != kept {
            (idle, least) = (key, connection.turn)
        }
        return idle.flatMap { remove($0) }
    }

    /// Removes the connection with most requests that wait for their client, if there are more than `countMax`.
    ///
    /// - Parameter asking: the connection of the request that has just begun. That request is not counted: its body was
    ///   not received yet, so where all others wait for the server it would always be the one that is chosen.
    /// - Returns: its channel, which the caller closes; `nil` when there are not too many, or all wait for the server.
    mutating func removeSlowest(asking: ObjectIdentifier, beyond countMax: Int) -> (any Channel)? {
        guard begun > countMax else { return nil }
        var slowest: ObjectIdentifier?
        var most = 0
        for (key, connection) in open {
            let count = connection.begun - connection.waiting - (key == asking ? 1 : 0)
            if count > most { (slowest, most) = (key, count) }
        }
        return slowest.flatMap { remove($0) }
    }

    /// Removes connections with most bytes, one after the other, until at most `bytesMax` bytes are held.
    ///
    /// Of two with as many bytes the one goes that was used less recently.
    ///
    /// - Parameters:
    ///   - asking: the connection of the request for which this is done.
    ///   - own: the bytes which that request holds itself; they are not counted for its connection.
    /// - Returns: their channels, which the caller closes.
    mutating func removeGreediest(
        asking: ObjectIdentifier,
        besides own: Int,
        beyond bytesMax: Int,
    ) -> [any Channel] {
        var removed: [any Channel] = []
        while bytes + bytesAtWork > bytesMax {
            var greediest: ObjectIdentifier?
            var (most, least) = (0, UInt64.max)
            for (key, connection) in open {
                let count = connection.bytes - (key == asking ? own : 0)
                guard count > 0, count > most || count == most && connection.turn < least else { continue }
                (greediest, most, least) = (key, count, connection.turn)
            }
            guard let greediest, let channel = remove(greediest) else { break }
            removed.append(channel)
        }
        return removed
    }
}
