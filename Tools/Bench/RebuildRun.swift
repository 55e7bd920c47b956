import Engine
import Storage
import Views
import Wire

/// Builds all views of a ledger anew and puts them in the place of the old, as `muniment rebuild` does.
struct RebuildRun {
    private let path: String

    init(_ words: Words) throws { path = try words.text("data") }

    func run() throws {
        let directory = DataDirectory(path: path)
        let start = ContinuousClock.now
        let entries = try Instance.rebuildViews(directory)
        let elapsed = ContinuousClock.now - start
        let views = try directory.views(.audit)
        var rows: Members = [:]
        for name in ["entries", "terms"] {
            let table = try views.table(name)
            rows.append(name, .count(try views.read { try $0.count(table) }))
        }
        Measurement.report(["entries": .count(entries), "seconds": .seconds(elapsed), "rows": .object(rows)])
    }
}
