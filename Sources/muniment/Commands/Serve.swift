import ArgumentParser
import Engine
import Foundation

/// Serves the ledger over HTTP until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve tokens and the admin API.",
        discussion: """
            SIGTERM and SIGINT let requests in flight finish and end the server within five seconds, with status 0.
            SIGHUP reads the certificate again; that happens by itself within seconds, too. Connections that are open keep
            theirs, and one that cannot be used changes nothing.
            """,
    )

    @OptionGroup var directory: DirectoryOptions
    @Flag(.dev) var dev = false
    @Option(.listen) var listen: String?
    @Option(.baseURL) var baseURL: String?
    @Option(.tlsCertificate) var tlsCertificate: String?
    @Option(.tlsKey) var tlsKey: String?
    @Option(.trustedProxy) var trustedProxy: [String] = []
    @Option(.tokenAlgorithm) var tokenAlgorithm: String?
    @Flag(.requireReason) var requireReason = false
    @Option(.metricsScope) var metricsScope: String?
    @Option(.backupAge) var backupAge: String?
    @Option(.logLevel) var logLevel: String?
    @Flag(help: "Print every setting with its value and where it comes from, and end.")
    var printConfig = false

    func run() async throws {
        let hangups = await Hangups()
        var settings = try Settings(
            directory.given,
            [
                .listen: listen, .baseURL: baseURL, .tlsCertificate: tlsCertificate, .tlsKey: tlsKey,
                .tokenAlgorithm: tokenAlgorithm, .metricsScope: metricsScope, .backupAge: backupAge,
                .logLevel: logLevel,
            ],
            flags: [.dev: dev, .requireReason: requireReason],
            lists: [.trustedProxy: trustedProxy]
        )
        let isDevelopment = try settings.isOn(.dev)
        if isDevelopment {
            settings.addDefaults(from: "--dev", DevelopmentLedger.defaults(try settings.listenAddress()))
        }
        if printConfig {
            for line in try PrintedConfiguration.lines(settings) { Output.line(line) }
            return
        }
        // All of the configuration is read before anything is opened: a mistake in it changes nothing.
        let configuration = try ServerConfiguration(settings)
        if isDevelopment { try DevelopmentLedger(settings).prepare() }
        try await Server(configuration, hangups).run()
    }
}
