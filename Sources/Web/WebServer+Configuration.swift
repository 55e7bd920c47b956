package import Wire

extension WebServer {
    /// Where the server listens, whom it trusts about addresses, and what it bears.
    package struct Configuration: Sendable {
        package var host: String
        /// 0 lets the system choose; `onListening` tells which.
        package var port: Int
        package var tls: TLSFiles?
        /// Whether clients reach the server by https, whoever ends it: then each answer tells them to come by nothing
        /// else.
        package var isReachedByHTTPS = false
        /// The networks of proxies whose `X-Forwarded-For` is believed.
        package var trustedProxies: [CIDR]
        package var limits: Limits

        package init(
            host: String,
            port: Int,
            tls: TLSFiles? = nil,
            trustedProxies: [CIDR] = [],
            limits: Limits = Limits(),
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.trustedProxies = trustedProxies
            self.limits = limits
        }

        /// Whether only programs of this machine can connect.
        var isLoopback: Bool {
            switch IPAddress(host)?.unmapped {
            case .v4(let bits): bits >> 24 == 127
            case .v6(let bits): bits == 1
            case nil: host.lowercased() == "localhost"
            }
        }
    }

    /// What a client may ask of the server before it is cut short.
    package struct Limits: Sendable {
        /// All of a request's target, header names and values: 431 beyond.
        package var headerBytesMax = 32 * 1024
        /// One header, or the target: holds the longest token and more; 431 beyond.
        package var headerFieldBytesMax = 16 * 1024
        package var headerCountMax = 100
        /// A connection on which nothing is asked is closed after this.
        package var idleSeconds = 60
        /// From a request's first bytes to its last, and from a connection's first to the end of its TLS handshake.
        ///
        /// So long may an answer's last byte take to leave, too. 408 beyond, so that none holds a connection by sending
        /// slowly; whoever does not take the answer is cut off. Shorter than the idle time, which would otherwise cut
        /// such a request off without a word.
        package var requestSeconds = 30
        /// What is still read and thrown away after an answer that did not wait for its request's end.
        ///
        /// So the client gets to read that answer: a connection closed with unread bytes is reset, and the answer lost.
        package var lingerBytesMax = 8 * 1024 * 1024
        package var lingerSeconds = 5
        /// Open connections, beyond which the one makes way on which nothing has come to its end for the longest time.
        package var connectionsMax = 2_048
        /// Connections for the moment in which another makes way; beyond them new ones wait in the backlog.
        package var sparedMax = 64
        /// How many connections are ever open at once: the process needs as many file descriptors and some.
        package var acceptedMax: Int { connectionsMax + sparedMax + acceptedAtOnceMax }
        /// Requests that have begun and are not answered; in HTTP/2 a connection has up to a hundred.
        ///
        /// Beyond, the connection is closed that holds most of those that wait for their client.
        package var requestsMax = 4_096
        /// Whole requests that are being answered, a quarter of a second of work: 503 beyond, but for whoever watches.
        ///
        /// `/health`, `/health/integrity` and, where it is open to everybody, `/metrics` are answered.
        package var answeringMax = 1_024
        /// The bodies of all requests and answers that are held at one moment.
        ///
        /// Beyond, the connection is closed that holds most of those that wait for their client, and where that makes
        /// no place for a request, it is refused: 503.
        package var bodiesBytesMax = 64 * 1024 * 1024
        /// Connections that wait to be accepted; beyond them a client's own system tries again after a second.
        package var backlogMax = 4_096
        /// Connections that are accepted before those that are open get their turn again.
        ///
        /// The limit of connections is asked before the first of them only, so all the others may come beside it.
        package var acceptedAtOnceMax = 32
        /// After an answer that tells a client to come again, nothing more of its connection is answered for so long.
        ///
        /// Who does come again at once would else take the time in which others are answered. Not so in HTTP/2 and
        /// from a trusted proxy, where one connection may carry the requests of many.
        package var pauseMilliseconds = 250
        /// What requests in flight get at shutdown, so that with the closing of TLS all is over within five seconds.
        package var drainSeconds = 3

        package init() {}

        /// Bears no more connections than there can be.
        ///
        /// - Returns: whether there can be any.
        package mutating func accept(atMost count: Int) -> Bool {
            guard count < acceptedMax else { return true }
            sparedMax = max(1, min(sparedMax, count / 8))
            acceptedAtOnceMax = max(1, min(acceptedAtOnceMax, count / 8))
            connectionsMax = count - sparedMax - acceptedAtOnceMax
            return connectionsMax > 0
        }
    }
}
