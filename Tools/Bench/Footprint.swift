import Engine
import EventLog
import Storage
import Views
import Wire

/// Tells how many bytes a ledger and its views take on disk, and which tables they are in.
struct Footprint {
    private static let ledgerTables = ["entries.state", "entries.activity", "segments", "hashes", "chains", "streams"]

    private let path: String

    init(_ words: Words) throws { path = try words.text("data") }

    func run() throws {
        let directory = DataDirectory(path: path)
        let ledger = try directory.ledger(.readOnly)
        let parts = try ViewPart.allCases.map { (part: $0, environment: try directory.views($0, .readOnly)) }
        let size = try ledger.environment.read { try ledger.size($0) }
        Measurement.report([
            "entries": .count(size), "ledger_bytes": .count(ledger.environment.sizeBytes),
            "views_bytes": .count(parts.map(\.environment.sizeBytes).reduce(0, +)),
            "pages": .object(
                try Members(
                    pages(ledger.environment, Self.ledgerTables)
                        + parts.flatMap { try pages($0.environment, $0.part.tables.map(\.name)) }
                )
            ),
        ])
    }

    private func pages(_ environment: Environment, _ names: [String]) throws -> [(String, JSON)] {
        try names.map { name in
            let table = try environment.table(name)
            return (name, .count(try environment.read { try $0.statistics(table).pages }))
        }
    }
}
