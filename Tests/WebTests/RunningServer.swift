import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import Web

/// A server that serves the example for as long as the test body runs.
struct RunningServer: Sendable {
    let port: Int
    let metrics: PrometheusMetrics
    let log: LogLines
    private let server: WebServer
    private let group: ServiceGroup

    func readCertificateAgain() { server.readCertificateAgain() }

    /// Begins the shutdown; `run` below waits for its end.
    func stop() async { await group.triggerGracefulShutdown() }

    static func run<Result: Sendable>(
        _ configure: (inout WebServer.Configuration) -> Void = { _ in },
        _ body: (RunningServer) async throws -> Result,
    ) async throws -> Result {
        var configuration = WebServer.Configuration(host: "127.0.0.1", port: 0)
        configure(&configuration)
        let metrics = PrometheusMetrics(RequestMetrics.families(Example.table))
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let numbers = Mutex(0)
        let log = LogLines()
        let logger = Logger(label: "test") { _ in log.handler }
        let server = try WebServer(
            table: Example.table,
            configuration: configuration,
            metrics: metrics,
            logger: logger,
            requestID: {
                numbers.withLock {
                    $0 += 1; return "req_\($0)"
                }
            },
            onListening: { port in listening.yield(port) },
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        async let finished: Void = serve(group, listening)
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await finished
            throw NeverListened()
        }
        let running = RunningServer(port: port, metrics: metrics, log: log, server: server, group: group)
        do {
            let result = try await body(running)
            await running.stop()
            try await finished
            return result
        } catch {
            await running.stop()
            throw error
        }
    }

    /// Serves to the end, and then nobody waits any longer for it to listen.
    private static func serve(_ group: ServiceGroup, _ listening: AsyncStream<Int>.Continuation) async throws {
        defer { listening.finish() }
        try await group.run()
    }

    struct NeverListened: Error {}
}

/// What the server logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock(\.self) }

    func warnings(about word: String) -> Int { all.filter { $0.hasPrefix("warning") && $0.contains(word) }.count }

    func errors(about word: String) -> Int { all.filter { $0.hasPrefix("error") && $0.contains(word) }.count }

    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
            lines.lines.withLock { $0.append(line) }
        }
    }
}
