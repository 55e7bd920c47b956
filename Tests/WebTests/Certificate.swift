import Programs
import Testing
import Web

/// Certificates that sign themselves, made by Debian's `openssl`.
enum Certificate {
    /// The files of a new one for this machine; `name` is who it is of.
    static func make(_ name: String = "localhost", isRSA: Bool = false, in folder: Folder) async throws
        -> WebServer.TLSFiles
    {
        let files = WebServer.TLSFiles(
            certificatePath: folder.path("\(name).certificate.pem"),
            keyPath: folder.path("\(name).key.pem")
        )
        let key = isRSA ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        let made = try await Programs.run(
            ["openssl", "req", "-x509", "-newkey"] + key + [
                "-nodes", "-days", "2", "-subj", "/CN=\(name)",
                "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                "-keyout", files.keyPath, "-out", files.certificatePath,
            ]
        )
        try #require(made.status == 0, "\(made.errors)")
        return files
    }

    static func with(isRSA: Bool = false, _ body: (WebServer.TLSFiles) async throws -> Void) async throws {
        let folder = try Folder()
        try await body(try await make(isRSA: isRSA, in: folder))
        withExtendedLifetime(folder) {}
    }
}
