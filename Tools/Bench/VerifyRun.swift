import Engine
import EventLog
import Storage
import Wire

/// Verifies a whole ledger, with the segments opened or left alone.
struct VerifyRun {
    private let path: String
    private let opensSegments: Bool

    init(_ words: Words) throws {
        path = try words.text("data")
        opensSegments = try words.text("segments") == "opened"
    }

    func run() async throws {
        let directory = DataDirectory(path: path)
        // Segments need keys, and keys an instance; without, this reads as a stranger would.
        let instance = opensSegments ? try await Ledgers.open(path) : nil
        let verification = Verification(
            tables: try instance?.tables ?? directory.ledger(.readOnly),
            keys: instance?.keys,
            anchor: try directory.anchor(.readOnly),
            options: .init(opensSegments: opensSegments)
        )
        let start = ContinuousClock.now
        let report = verification.run()
        let elapsed = ContinuousClock.now - start
        try await instance?.close()
        guard report.isOK else { throw Words.Fault.failed(report.problems.first?.what ?? "problems") }
        Measurement.report([
            "entries": .count(report.entries), "opened": .count(report.opened), "seconds": .seconds(elapsed),
        ])
    }
}
