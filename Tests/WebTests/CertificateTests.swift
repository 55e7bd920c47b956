import Foundation
import Patience
import Programs
import Testing
import Web

/// A certificate is replaced while the server runs: by an operator, or by a program that renews it.
@Suite(.timeLimit(.minutes(3))) struct CertificateTests {
    @Test func `a replaced certificate is served within seconds, and open connections go on`() async throws {
        try await serving("first") { server, folder, files in
            let input = Pipe()
            let client = try RunningProgram(
                ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)"],
                input: input.fileHandleForReading
            )
            defer { withExtendedLifetime(input) { client.signal(SIGKILL) } }
            let asked = Data("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            try input.fileHandleForWriting.write(contentsOf: asked)
            try await client.wait { client.output.hasSuffix("}") }
            try await replace(files, with: try await Certificate.make("second", in: folder))
            try await until { try await subject(server) == "second" }
            try input.fileHandleForWriting.write(contentsOf: asked)
            try await client.wait { client.output.split(separator: "200 OK").count == 3 }
            #expect(client.isRunning)
        }
    }

    @Test func `of a certificate and a key that do not belong together nothing is served`() async throws {
        try await serving("first") { server, folder, files in
            let other = try await Certificate.make("second", in: folder)
            try await replaceCertificate(files, with: other)
            try await until { server.log.errors(about: "cannot be used") == 1 }
            #expect(try await subject(server) == "first")
            // It is told once, however often it is looked at.
            try await Task.sleep(for: .seconds(3))
            #expect(server.log.errors(about: "cannot be used") == 1)
            try await replace(files, with: other)
            try await until { try await subject(server) == "second" }
        }
    }

    @Test(arguments: ["", "no certificate", nil])
    func `a certificate that is none is told at once to whoever asks`(_ text: String?) async throws {
        try await serving("first", secondsBetweenLooks: 600) { server, folder, files in
            try folder.remove("first.certificate.pem")
            if let text { try folder.write("first.certificate.pem", text) }
            for count in 1...2 {
                server.readCertificateAgain()
                #expect(server.log.errors(about: "cannot be used") == count)
                #expect(try await subject(server) == "first")
            }
        }
    }

    @Test func `whoever asks is told that it is the one that is served`() async throws {
        try await serving("first", secondsBetweenLooks: 600) { server, _, _ in
            server.readCertificateAgain()
            #expect(server.log.all.contains { $0.contains("is the one that is served") })
        }
    }

    private func serving(
        _ name: String,
        secondsBetweenLooks: Int = 1,
        _ body: (RunningServer, Folder, WebServer.TLSFiles) async throws -> Void,
    ) async throws {
        let folder = try Folder()
        var files = try await Certificate.make(name, in: folder)
        files.secondsBetweenLooks = secondsBetweenLooks
        try await RunningServer.run({ $0.tls = files }) { server in try await body(server, folder, files) }
    }

    /// As programs that renew do: each file takes its place at once, one after the other.
    private func replace(_ files: WebServer.TLSFiles, with others: WebServer.TLSFiles) async throws {
        try await replaceCertificate(files, with: others)
        try #require(try await Programs.run(["mv", others.keyPath, files.keyPath]).status == 0)
    }

    private func replaceCertificate(_ files: WebServer.TLSFiles, with others: WebServer.TLSFiles) async throws {
        let copied = others.certificatePath + ".copy"
        try #require(try await Programs.run(["cp", others.certificatePath, copied]).status == 0)
        try #require(try await Programs.run(["mv", copied, files.certificatePath]).status == 0)
    }

    /// Whose certificate a new connection is shown.
    private func subject(_ server: RunningServer) async throws -> String {
        let script =
            "openssl s_client -connect 127.0.0.1:\(server.port) </dev/null 2>/dev/null | openssl x509 -noout -subject"
        return try await Programs.run(["sh", "-c", script]).output
            .split(whereSeparator: { "= \n".contains($0) }).last.map(String.init) ?? ""
    }
}
