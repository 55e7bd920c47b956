import NIOCore

/// The bytes of one request's body and then of its answer, counted for as long as they are held.
struct HeldBytes: ~Copyable, Sendable {
    private let connections: Connections
    private let connection: any Channel
    private var count = 0
    /// The body has come whole and is being answered: these bytes wait for the server, not for the client.
    private var isAtWork = false

    init(_ connections: Connections, on connection: any Channel) {
        self.connections = connections
        self.connection = connection
    }

    deinit { removeAll() }

    /// Counts more of the body.
    ///
    /// - Returns: whether the server may hold it; if not, nothing is counted.
    mutating func add(_ more: Int) -> Bool {
        guard connections.addBody(more, on: connection, besides: count) else { return false }
        count += more
        return true
    }

    /// All of the body has come.
    mutating func beginWork() {
        isAtWork = true
        if count > 0 { connections.beginWork(count, on: connection) }
    }

    /// The body is used, and these bytes of the answer are there in its place, until they are handed over.
    ///
    /// They are never refused: what was asked has been done, and nobody else could tell the client so.
    mutating func exchange(forAnswer bytes: Int) {
        removeAll()
        (count, isAtWork) = (bytes, false)
        if count > 0 { connections.addAnswer(count, on: connection) }
    }

    private func removeAll() {
        guard count > 0 else { return }
        if isAtWork { connections.endWork(count) } else { connections.remove(count, on: connection) }
    }
}
