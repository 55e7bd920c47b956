import NIOCore
import NIOSSL
import Synchronization

extension WebServer {
    /// The files of a certificate chain and its private key, both PEM.
    package struct TLSFiles: Sendable {
        package var certificatePath: String
        package var keyPath: String
        /// How long a replaced certificate waits until it is noticed, where nobody says that it was replaced.
        package var secondsBetweenLooks = 5
        /// What is wrong with them, as the server finds out while it serves.
        package let condition = CertificateCondition()

        package init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }

        func read() throws(UnusableCertificate) -> TLSIdentity {
            do {
                let identity = TLSIdentity(
                    chain: try NIOSSLCertificate.fromPEMFile(certificatePath),
                    key: try NIOSSLPrivateKey(file: keyPath, format: .pem)
                )
                // Made here once to notice a key that is not the certificate's.
                _ = try NIOSSLContext(configuration: identity.configuration)
                return identity
            } catch {
                throw unusable(error)
            }
        }

        func unusable(_ error: any Error) -> UnusableCertificate {
            UnusableCertificate(certificatePath: certificatePath, keyPath: keyPath, reason: "\(error)")
        }
    }

    /// The certificate or its key cannot be read, or they do not belong together.
    package struct UnusableCertificate: Error, CustomStringConvertible {
        package let certificatePath: String
        package let keyPath: String
        package let reason: String

        package var description: String {
            "The certificate \(certificatePath) with the key \(keyPath) cannot be used: \(reason)"
        }
    }
}

/// What is wrong with the files of the certificate that is served, for whoever watches over the server.
package final class CertificateCondition: Sendable {
    private let reason = Mutex<String?>(nil)

    /// Why the files cannot be used, so that the certificate from before them is served on; `nil` where all is well.
    package internal(set) var trouble: String? {
        get { reason.withLock(\.self) }
        set { reason.withLock { $0 = newValue } }
    }
}

extension WebServer.Configuration {
    /// Reads the certificate, so that whoever opens a ledger for a server knows before that it can be served.
    package func requireCertificate() throws(WebServer.UnusableCertificate) { _ = try tls?.read() }
}

/// Who the server proves to be: a certificate chain, and the private key of its first certificate.
struct TLSIdentity: Sendable, Equatable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    /// RFC 9325 §4.2: of TLS 1.2 the suites with forward secrecy and authenticated encryption, and no other.
    ///
    /// TLS 1.3 has no others. Which of them is taken is left to the client, which knows whether it computes AES or
    /// ChaCha20 faster: none of them is worse than another.
    private static let suites = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")

    var configuration: TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map(NIOSSLCertificateSource.certificate),
            privateKey: .privateKey(key),
        )
        tls.cipherSuites = Self.suites
        // RFC 8996: earlier versions must not be used.
        tls.minimumTLSVersion = .tlsv12
        // RFC 8446 §6.1: a side that closes need not wait until the other closes too; many clients never do.
        tls.shutdownTimeout = .seconds(1)
        return tls
    }
}
