import NIOCore
import Synchronization

/// The connections that are open, and what is under way and held on each, so that it is known which may be closed.
///
/// Past a limit whoever asks is served, and another makes way: of the connections the one on which for the longest time
/// nothing came to its end, of requests and bytes the one that holds most of those that wait for their client: to send
/// the rest, or to take the answer. Nobody who waits for the server is closed; but in HTTP/2, where a connection has
/// several requests under way, those of them that wait for their client may cost it the others.
final class Connections: Sendable {
    fileprivate struct Connection {
        let channel: any Channel
        /// Requests whose head has come and whose answer has not left.
        var begun = 0
        /// Those of them that have come to their end and whose client takes what it is sent: they wait for the server.
        var waiting = 0
        /// Bytes of bodies that are still coming, and of answers that have not left.
        var bytes = 0
        /// When a request last began or ended here, as a number that rises.
        var turn: UInt64
    }

    fileprivate struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        /// Of all connections together.
        var begun = 0
        var bytes = 0
        /// Bytes of bodies that have come whole and are being answered.
        var bytesAtWork = 0
        var lastTurn: UInt64 = 0
        /// The server has ended: whoever was let in at the last moment is served by nobody.
        var isClosed = false
    }

    private let limits: WebServer.Limits
    private let state = Mutex(State())

    init(limits: WebServer.Limits) { self.limits = limits }

    func insert(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let victim = state.withLock { state -> (any Channel)? in
            state.lastTurn += 1
            guard !state.isClosed else { return channel }
            state.open[key] = Connection(channel: channel, turn: state.lastTurn)
            return state.takeIdle(but: key, beyond: limits.connectionsMax)
        }
        victim?.cut()
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.remove(key) }
        }
    }

    func closeAll() {
        let left = state.withLock { state in
            state.isClosed = true
            return state.open.values.map(\.channel)
        }
        for channel in left { channel.close(promise: nil) }
    }
}

/// Requests.
extension Connections {
    /// A request's head has come.
    ///
    /// Past the limit the connection makes way that holds most of those that wait for their client.
    func begin(on channel: any Channel) {
        let victim = state.withLock { state in
            state.change(channel) { $0.begun += 1 }
            return state.takeSlowest(asking: ObjectIdentifier(channel), beyond: limits.requestsMax)
        }
        victim?.cut()
    }

    /// A request waits for the server from now on, or for its client.
    func turn(on channel: any Channel, toServer isWaiting: Bool) {
        state.withLock { state in state.change(channel) { $0.waiting += isWaiting ? 1 : -1 } }
    }

    /// A request's answer has left, or never will.
    func end(on channel: any Channel, wasWaiting: Bool) {
        let victim = state.withLock { state in
            state.change(channel) { connection in
                connection.begun -= 1
                if wasWaiting { connection.waiting -= 1 }
            }
            // Not this one: its client is about to ask for more, or has just been told what it asked.
            return state.takeIdle(but: ObjectIdentifier(channel), beyond: limits.connectionsMax)
        }
        victim?.cut()
    }
}

/// Bytes.
extension Connections {
    /// Counts bytes of a body if there is room, or if those make room that hold most.
    ///
    /// - Parameter own: what the same request holds already.
    func take(_ count: Int, on channel: any Channel, besides own: Int) -> Bool {
        let (isTaken, victims) = state.withLock { state -> (Bool, [any Channel]) in
            // Nobody is closed where that would not help.
            guard state.bytesAtWork + own + count <= limits.bodiesBytesMax else { return (false, []) }
            let victims = state.takeGreediest(
                asking: ObjectIdentifier(channel),
                besides: own,
                beyond: limits.bodiesBytesMax - count
            )
            guard state.bytes + state.bytesAtWork + count <= limits.bodiesBytesMax else { return (false, victims) }
            state.addBytes(count, to: channel)
            return (true, victims)
        }
        for victim in victims { victim.cut() }
        return isTaken
    }

    /// Counts bytes of an answer, and has those make room for it that hold most.
    func makeRoom(_ count: Int, on channel: any Channel) {
        let victims = state.withLock { state in
            state.addBytes(count, to: channel)
            return state.takeGreediest(
                asking: ObjectIdentifier(channel),
                besides: count,
                beyond: limits.bodiesBytesMax
            )
        }
        for victim in victims { victim.cut() }
    }

    /// Counts bytes for which there is room already, or that are given back.
    func hold(_ count: Int, on channel: any Channel) { state.withLock { $0.addBytes(count, to: channel) } }

    func give(_ count: Int, on channel: any Channel) { state.withLock { $0.addBytes(-count, to: channel) } }

    /// A body has come whole: it waits for the server, even if its connection goes away.
    func beginWork(_ count: Int, on channel: any Channel) {
        state.withLock { state in
            state.addBytes(-count, to: channel)
            state.bytesAtWork += count
        }
    }

    func endWork(_ count: Int) { state.withLock { $0.bytesAtWork -= count } }
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

    /// Nor do its bytes: they are about to be given back.
    mutating func addBytes(_ count: Int, to channel: any Channel) {
        guard let place = open.index(forKey: ObjectIdentifier(channel)) else { return }
        open.values[place].bytes += count
        bytes += count
    }

    /// Its requests count no longer, though some may still be ending: else one too many would cost every connection.
    mutating func remove(_ key: ObjectIdentifier) -> (any Channel)? {
        guard let connection = open.removeValue(forKey: key) else { return nil }
        begun -= connection.begun
        bytes -= connection.bytes
        return connection.channel
    }

    /// Takes out the connection on which nothing has come to its end for the longest time, if there are too many.
    mutating func takeIdle(but kept: ObjectIdentifier, beyond countMax: Int) -> (any Channel)? {
        guard open.count > countMax else { return nil }
        // It is asked for each connection of a flood, so it copies nothing.
        var idle: ObjectIdentifier?
        var least = UInt64.max
        for (key, connection) in open
        where connection.waiting == 0 && connection.turn < least && key != kept {
            (idle, least) = (key, connection.turn)
        }
        return idle.flatMap { remove($0) }
    }

    /// Takes out the connection with most requests that wait for their client, if there are too many.
    ///
    /// The request that has just begun is not counted against its own: else each newcomer would be the one where all
    /// others wait for the server.
    mutating func takeSlowest(asking: ObjectIdentifier, beyond countMax: Int) -> (any Channel)? {
        guard begun > countMax else { return nil }
        var slowest: ObjectIdentifier?
        var most = 0
        for (key, connection) in open {
            let count = connection.begun - connection.waiting - (key == asking ? 1 : 0)
            if count > most { (slowest, most) = (key, count) }
        }
        return slowest.flatMap { remove($0) }
    }

    /// Takes out connections with most bytes until there are not too many, and the older of two that hold as much.
    ///
    /// What the request that asks holds itself is not counted against its own.
    mutating func takeGreediest(
        asking: ObjectIdentifier,
        besides own: Int,
        beyond bytesMax: Int,
    ) -> [any Channel] {
        var taken: [any Channel] = []
        while bytes + bytesAtWork > bytesMax {
            var greediest: ObjectIdentifier?
            var (most, least) = (0, UInt64.max)
            for (key, connection) in open {
                let count = connection.bytes - (key == asking ? own : 0)
                guard count > 0, count > most || count == most && connection.turn < least else { continue }
                (greediest, most, least) = (key, count, connection.turn)
            }
            guard let greediest, let channel = remove(greediest) else { break }
            taken.append(channel)
        }
        return taken
    }
}
