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
                onStop: { Measurement.report(["error": .string("stopped: \($0)")]) }
            )
        )
    }

    /// The first service as it calls the admin API: where from goes into a sealed segment of each command.
    static func service(_ founded: Instance.Founded, _ endpoint: String) -> Caller {
        Caller(
            actor: Actor(
                kind: .application,
                id: founded.client.text,
                name: "Muniment service",
                home: Place.platform.text
            ),
            credential: .machine,
            home: .platform,
            request: Caller.Request(id: "req_bench", endpoint: endpoint, address: "127.0.0.1")
        )
    }

    /// What the script needs to ask for tokens over HTTP.
    static func report(_ founded: Instance.Founded, _ more: Members) {
        var line: Members = [
            "client_id": .string(founded.client.text), "client_secret": .string(founded.clientSecret),
        ]
        for (name, value) in more.entries { line.append(name, value) }
        Measurement.report(line)
    }
}
