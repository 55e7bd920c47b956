import ArgumentParser
import EventLog
import Storage

/// Prints the ledger as lines, exactly the stored bytes, for verifiers, archives and pipes.
struct Entries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print entries as NDJSON: exactly the stored bytes, one entry a line.",
        discussion: "Indexes are counted from 0, and both ends of a range belong to it.",
    )

    /// How often a followed ledger is looked at: soon enough for a person, cheap enough for a laptop.
    static let pollMilliseconds = 200

    @OptionGroup var directory: DirectoryOptions
    @Option(.from) var from: String?
    @Option(.to) var to: String?
    @Flag(.follow) var follow = false
    @Flag(.openings) var openings = false

    func run() async throws {
        let settings = try Settings(
            directory.given,
            [.from: from, .to: to],
            flags: [.follow: follow, .openings: openings]
        )
        let start = try settings.index(.from) ?? 0
        let end = try settings.index(.to).map { $0 + 1 } ?? .max
        let ledger = try ReadOnlyLedger(DataLocation(settings), settings)
        let keys = try settings.isOn(.openings) ? ledger.keys : nil
        let isFollowing = try settings.isOn(.follow)
        var next = start
        repeat {
            let size = try ledger.tables.environment.read { try ledger.tables.size($0) }
            try Self.printLines(ledger.tables, from: next, to: min(size, end), opening: keys)
            next = max(next, min(size, end))
            if isFollowing, next < end { try await Task.sleep(for: .milliseconds(Self.pollMilliseconds)) }
        } while isFollowing && next < end
    }

    private static func printLines(
        _ tables: LedgerTables,
        from start: UInt64,
        to end: UInt64,
        opening keys: KeyStore?,
    ) throws {
        guard start < end else { return }
        var lines = ExportLines(tables, start..<end, opening: keys)
        while let page = try lines.nextPage() { Output.bytes(page) }
    }
}
