package import Endpoints
import HummingbirdCore
import HummingbirdHTTP2
package import Logging
package import Metrics
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The HTTP server: listens, reads requests, has them answered by the endpoints, and sends the answers.
///
/// HTTP/1.1, and with a certificate also HTTP/2 on the same port. It runs until it is told to shut down gracefully;
/// then it stops listening, closes idle connections at once, and lets requests in flight finish.
package struct WebServer: Service {
    private let configuration: Configuration
    private let certificate: ServedCertificate?
    private let connections: Connections
    private let responder: Responder
    private let http1: HTTP1Channel.Configuration
    private let dates: DateHeader
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) -> Void

    /// Reads the certificate, so that a wrong one is known before anything is served.
    package init(
        table: EndpointTable,
        configuration: Configuration,
        metrics: any MetricsFactory,
        logger: Logger,
        requestID: @escaping @Sendable () -> String,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in },
    ) throws(UnusableCertificate) {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        let limits = configuration.limits
        dates = DateHeader()
        connections = Connections(limits: limits)
        let responder = Responder(
            table: table,
            addresses: ClientAddresses(trustedProxies: configuration.trustedProxies),
            metrics: RequestMetrics(endpoints: table.endpoints.map(\.name), factory: metrics),
            fields: CommonFields(dates: dates, demandsHTTPS: configuration.isReachedByHTTPS),
            connections: connections,
            load: Load(limits: limits),
            logger: logger,
            requestID: requestID,
        )
        self.responder = responder
        let http1 = Self.http1(limits, connections, responder)
        self.http1 = http1
        guard let files = configuration.tls else {
            certificate = nil
            return
        }
        certificate = try ServedCertificate(files, logger: logger) { tls in
            let http2 = HTTP2ChannelConfiguration(
                idleTimeout: .seconds(limits.idleSeconds),
                gracefulCloseTimeout: .seconds(limits.drainSeconds),
                streamConfiguration: http1,
            )
            return try HTTP2UpgradeChannel(
                tlsConfiguration: tls,
                configuration: http2,
                responder: Self.respond(with: responder)
            )
        }
    }

    /// Looks at once whether the certificate was replaced, and says what it found.
    ///
    /// Without one there is nothing to look at, and nothing is said.
    package func readCertificateAgain() { certificate?.readAgain(isAskedFor: true) }

    package func run() async throws {
        if certificate == nil, !configuration.isLoopback {
            logger.warning("Listening beyond loopback without TLS: whoever is on the path can read tokens and secrets.")
        }
        let server = makeServer()
        let accepting = EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.any())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: accepting) { try await server.run() }
            group.addTask { await dates.followClock() }
            group.addTask { await closeWhenOverdue() }
            if let certificate { group.addTask { await certificate.follow() } }
            // Either the server has served its last request, or what is left of them is overdue and is cancelled.
            try await group.next()
            connections.closeAll()
            group.cancelAll()
        }
    }

    /// Waits for the shutdown, gives requests in flight their time, and then closes every connection that is left.
    private func closeWhenOverdue() async {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: .seconds(configuration.limits.drainSeconds))
            logger.warning("Closing connections whose requests did not finish in time.")
            connections.closeAll()
        } catch {
            // Cancelled: the server has ended by itself.
        }
    }

    private func makeServer() -> any Service {
        guard let certificate else {
            return serve(HTTP1Channel(responder: Self.respond(with: responder), configuration: http1))
        }
        return serve(CertifiedChannel(certificate: certificate))
    }

    private static func respond(with responder: Responder) -> HTTPChannelHandler.Responder {
        { request, writer, channel in try await responder.respond(to: request, writer, channel) }
    }

    private func serve(_ channel: some ServerChildChannel) -> any Service {
        CountedChannel(base: channel, connections: connections, limits: configuration.limits).server(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: configuration.limits.backlogMax,
                availableConnectionsDelegate: .maximum(
                    configuration.limits.connectionsMax + configuration.limits.sparedMax,
                    logger: logger
                ),
            ),
            onServerRunning: { listener in
                // A crowd that comes at once is let in at once: whoever is new waits behind all of it.
                let atOnce = UInt(configuration.limits.acceptedAtOnceMax)
                listener.setOption(.maxMessagesPerRead, value: atOnce).whenFailure { _ in }
                onListening(listener.localAddress?.port ?? configuration.port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
        )
    }

    private static func http1(
        _ limits: Limits,
        _ connections: Connections,
        _ responder: Responder,
    ) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                RequestGuard(
                    limits: limits,
                    connections: connections,
                    addresses: responder.addresses,
                    refusal: responder.refusal
                )
            ],
            idleTimeout: .seconds(Int64(limits.idleSeconds)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerFieldBytesMax,
                maxHeaderListSize: limits.headerBytesMax,
                maxHeaderFieldCount: limits.headerCountMax,
            ),
        )
    }
}
