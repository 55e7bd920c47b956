import Foundation
import Programs
import Testing
import Wire

/// A ledger that `init` has just made, in a folder of its own.
struct TestLedger {
    let folder: Folder
    let printed: JSON

    var data: String { folder.path("data") }
    var verifierKey: String { printed["ledger"]?["verifier_key"]?.text ?? "" }
    var clientID: String { printed["service"]?["client_id"]?.text ?? "" }
    var clientSecret: String { printed["service"]?["client_secret"]?.text ?? "" }
    var keyEncryptionKey: String { folder.text("data/keys/kek").trimmingCharacters(in: .newlines) }

    init(_ options: String...) async throws {
        folder = try Folder()
        let words = ["init", "--data", folder.path("data"), "--format", "json", "--token-algorithm", "ES256"]
        let ended = try await Command.start(words + options).end()
        try #require(ended.status == 0, "\(ended.errors)")
        printed = try JSON.parse(Array(ended.output.utf8.dropLast()))
    }

    func run(_ words: String..., with environment: [String: String] = [:]) async throws -> RunningProgram.Ended {
        try await Command.start(words + ["--data", data], with: environment).end()
    }

    /// What `verify` says, whatever its exit status.
    func verified(_ options: String...) async throws -> JSON {
        let ended = try await Command.start(["verify", "--format", "json", "--data", data] + options).end()
        return try JSON.parse(Array(ended.output.utf8.dropLast()))
    }

    func entries(_ options: String...) async throws -> [JSON] {
        let ended = try await Command.start(["entries", "--data", data] + options).end()
        return try ended.lines.map { try JSON.parse(Array($0.utf8), as: .canonical) }
    }

    func types() async throws -> [String] { try await entries().compactMap { $0["type"]?.text } }

    /// Starts `serve` on a port of the system's choice and waits until it listens.
    func serve(_ options: String...) async throws -> RunningProgram {
        let words = ["serve", "--data", data, "--listen", "127.0.0.1:0"] + options
        let server = try Command.start(words)
        try await server.wait(forErrorLine: "listening on ")
        try #require(!server.url.isEmpty, "\(server.errors)")
        return server
    }
}

extension RunningProgram {
    /// Where a server said that it listens.
    var url: String {
        let line = errors.split(separator: "\n").first { $0.hasPrefix("listening on ") }
        return line.map { String($0.dropFirst("listening on ".count)) } ?? ""
    }
}
