import NIOCore
import NIOPosix

extension WebServer.Configuration {
    /// Reads the certificate and listens for a moment, so that whoever opens a ledger for a server knows before that it
    /// can be served.
    ///
    /// - Throws: `WebServer.UnusableCertificate`, or why the address cannot be listened on.
    package func requireServable() async throws {
        _ = try tls?.loaded()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port)
            .get()
        try await listener.close()
    }
}
