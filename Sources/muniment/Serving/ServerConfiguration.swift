import Engine
import Foundation
import Logging
import OpenSSL
import Web
import Wire

/// What `serve` was configured to do, every part of it checked.
struct ServerConfiguration {
    let location: DataLocation
    let settings: Settings
    let address: ListenAddress
    /// `nil` takes the one that the ledger remembers.
    let baseURL: BaseURL?
    let tls: WebServer.TLSFiles?
    let trustedProxies: [CIDR]
    let algorithm: SigningAlgorithm?
    let requiresReason: Bool
    let metricsScope: String?
    let backupAgeHoursMax: Int64?
    let logLevel: Logger.Level

    init(_ settings: Settings) throws {
        self.settings = settings
        location = try DataLocation(settings)
        address = try settings.listenAddress()
        baseURL = try settings.baseURL()
        trustedProxies = try settings.trustedProxies()
        algorithm = try settings.choice(.tokenAlgorithm)
        requiresReason = try settings.isOn(.requireReason)
        metricsScope = try settings.scope(.metricsScope)
        backupAgeHoursMax = try settings.backupAgeHoursMax()
        logLevel = try settings.choice(.logLevel) ?? .info
        switch (try settings.text(.tlsCertificate), try settings.text(.tlsKey)) {
        case (nil, nil): tls = nil
        case (let certificate?, let key?): tls = WebServer.TLSFiles(certificatePath: certificate, keyPath: key)
        case (nil, _?), (_?, nil):
            throw CommandFailure.usage("--tls-certificate and --tls-key go together")
        }
    }

    /// How many files and sockets the server would have open at once, if it may.
    static let descriptorsWanted = WebServer.Limits().acceptedMax + descriptorsKept

    /// What the web server is told: of the files and sockets that may be open, connections get what the server leaves.
    func web(descriptors allowed: Int) throws -> WebServer.Configuration {
        var web = WebServer.Configuration(
            host: try address.boundHost(),
            port: address.port,
            tls: tls,
            trustedProxies: trustedProxies
        )
        let kept = Self.descriptorsKept
        guard web.limits.accept(atMost: allowed - kept) else {
            throw CommandFailure(
                .checkFailed,
                "only \(allowed) files and sockets may be open at once, and the server itself needs \(kept): "
                    + "raise the limit (ulimit -n, or LimitNOFILE in a unit of systemd)"
            )
        }
        return web
    }

    /// For the ledger, its keys and anchor, the event loops and standard streams: a connection never takes the last one
    /// of those, so a commit never fails for want of one.
    private static let descriptorsKept = 32 + 4 * ProcessInfo.processInfo.activeProcessorCount
}
