import Endpoints
import Engine
import Foundation
import Logging
import OpenID
import ServiceLifecycle
import Storage
import UnixSignals
import Web
import Wire

/// The composition root: opens the ledger, puts the endpoints over it, and serves them until it is told to stop.
struct Server {
    /// Requests in flight get four seconds from the web server; whatever else there is must be over by then as well.
    static let shutdownSecondsMax = 5

    private let configuration: ServerConfiguration
    private let hangups: Hangups
    private let logger: Logger

    init(_ configuration: ServerConfiguration, _ hangups: Hangups) {
        self.configuration = configuration
        self.hangups = hangups
        var logger = Logger(label: "muniment") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        self.logger = logger
    }

    func run() async throws {
        let key = try KeySource.read(configuration.settings)
        // What keeps a server from serving is found out before the ledger is opened: a vain start leaves no entry.
        let web = try configuration.web(descriptors: Machine.allowDescriptors(ServerConfiguration.descriptorsWanted))
        try web.requireCertificate()
        do {
            try Machine.requireFree(host: web.host, port: web.port)
        } catch {
            throw cannotListen(error)
        }
        let instance = try await ForkGuide(configuration.settings).lead {
            try await Instance.open(configuration.location.found(), kek: key, options: options)
        }
        do {
            try await serve(instance, web)
        } catch {
            // Whatever kept the server from serving, the ledger is closed in order.
            try? await instance.close()
            throw error
        }
        try await instance.close()
    }

    private func serve(_ instance: Instance, _ configured: WebServer.Configuration) async throws {
        let baseURL = try configuration.baseURL ?? instance.storedBaseURL
        let composition = Composition(
            instance,
            baseURL: baseURL,
            requiresReason: configuration.requiresReason,
            metricsScope: configuration.metricsScope,
            backupAgeHoursMax: configuration.backupAgeHoursMax,
            certificate: configured.tls?.condition
        )
        var configured = configured
        configured.isReachedByHTTPS = baseURL.description.hasPrefix("https:")
        let guide = ServerGuide(baseURL: baseURL, metricsAreOpen: configuration.metricsScope == nil).guide
        let web = try WebServer(
            table: composition.table,
            configuration: configured,
            metrics: composition.metrics,
            logger: logger,
            requestID: { [world = instance.world] in "req_" + Base64URL.encode(world.random(16)) },
            onListening: { [address = configuration.address, isSecure = configuration.tls != nil] port in
                var address = address
                address.port = port
                Output.message("listening on \(isSecure ? "https" : "http")://\(address)\n\(guide)")
            }
        )
        var group = ServiceGroupConfiguration(
            // Without a name it would be given one that says everything that is in it, which takes a while.
            services: [
                .init(service: web, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "web"),
                .init(service: hangups.service(obeying(web)), serviceName: "hangups"),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(Self.shutdownSecondsMax)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            throw cannotListen(error)
        }
    }

    private func obeying(_ web: WebServer) -> @Sendable () -> Void {
        guard configuration.tls == nil else { return { web.readCertificateAgain() } }
        return { [logger] in logger.notice("SIGHUP: there is no certificate to read again.") }
    }

    private func cannotListen(_ error: any Error) -> CommandFailure {
        CommandFailure(
            .checkFailed,
            "the server cannot listen on \(configuration.address): \(error); end what listens there, or choose another"
                + " with --listen"
        )
    }

    private var options: Instance.Options {
        var options = Instance.Options(
            software: Muniment.software,
            algorithm: configuration.algorithm,
            recordsVerification: true,
            log: { [logger] line in logger.notice("\(line)") },
            onStop: { [logger] why in
                // Going on could lose what was acknowledged. Nothing is tidied up: the next start recovers.
                logger.critical("stopped: \(why)")
                _exit(CommandFailure.Status.checkFailed.rawValue)
            }
        )
        options.ownScopes = [configuration.metricsScope].compactMap(\.self)
        return options
    }
}
