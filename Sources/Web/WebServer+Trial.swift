extension WebServer.Configuration {
    /// Reads the certificate, so that whoever opens a ledger for a server knows before that it can be served.
    package func requireCertificate() throws(WebServer.UnusableCertificate) { _ = try tls?.loaded() }
}
