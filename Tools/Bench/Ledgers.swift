import Engine
import EventLog
import Identity
import OpenSSL
import Wire

/// Ledgers for the benchmark: founded when there is none, opened as the server opens them.
enum Ledgers {
    static let baseURL = "http://127.0.0.1"

    static func found(at path: String, _ algorithm: SigningAlgorithm) throws -> Instance.Founded {
        try Instance.create(
            DataDirectory(path: path),
            kek: nil,
            Instance.Founding(
                baseURL: baseURL,
                administratorEmail: "bench@localhost",
                algorithm: algorithm,
                software: "bench"
            )
        )
    }

    static func open(_ path: String) async throws -> Instance {
        try await Instance.open(
            DataDirectory(path: path),
            options: Instance.Options(
                software: "bench",
                log: { _ in },
                onStop: { Measurement.tell(["error": .string("stopped: \($0)")]) }
            )
        )
    }

    /// What the script needs to ask for tokens over HTTP.
    static func tell(_ founded: Instance.Founded, _ more: Members) {
        var line: Members = [
            "client_id": .string(founded.client.text), "client_secret": .string(founded.clientSecret),
        ]
        for (name, value) in more.entries { line.append(name, value) }
        Measurement.tell(line)
    }
}
