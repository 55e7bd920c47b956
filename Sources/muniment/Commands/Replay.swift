import ArgumentParser
import Engine
import EventLog
import Foundation
import Views
import Wire

/// Builds the views of any moment in a directory of their own, and shows that a replay equals the live views.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build the views as of an entry or a time in a new directory.",
        discussion: """
            As of an entry is after it; an entry inside a command means the moment before that command. A time means after
            the last command recorded at or before it. --compare replays as much as the live views have folded and compares
            the two row by row, and every views.attested on the way with what was replayed; exit 1 when anything differs.
            """,
    )

    @OptionGroup var directory: DirectoryOptions
    @Option(.moment) var to: String?
    @Option(.into) var into: String?
    @Flag(.compare) var compare = false

    func run() async throws {
        let settings = try Settings(directory.given, [.moment: to, .into: into], flags: [.compare: compare])
        let moment = try settings.moment(.moment)
        let target = Settings.absolute(try settings.required(.into))
        let ledger = try ReadOnlyLedger(DataLocation(settings), settings)
        guard let keys = ledger.keys, !keys.isSealed else {
            throw CommandFailure(
                .unopenable,
                "views cannot be built without the keys: put them back with: muniment keys restore FILE"
            )
        }
        try Self.makeEmpty(target)
        let replay = try ViewReplay(
            ledger.directory,
            tables: ledger.tables,
            keys: keys,
            into: DataDirectory(path: target)
        )
        guard let built = try replay.build(to: moment) else {
            throw CommandFailure.usage(
                "the ledger has no such moment: --to \(to ?? ""); muniment entries shows all there are"
            )
        }
        Output.line("replayed to entry \(built.size - 1) into \(target)/views", whenUnread: .goesOn)
        guard try settings.isOn(.compare) else { return }
        let compared: ViewReplay.Compared
        do {
            compared = try replay.compare(with: built)
        } catch let fault as ViewFault {
            throw CommandFailure(.checkFailed, "the live views are damaged (\(fault)); run: muniment rebuild")
        }
        try Self.report(compared)
    }

    private static func report(_ compared: ViewReplay.Compared) throws {
        for difference in compared.differences {
            Output.line("\(difference.table) \(Hex.encode(difference.key))", whenUnread: .goesOn)
        }
        guard compared.differences.isEmpty else {
            throw CommandFailure(
                .checkFailed,
                "the live views differ from the replay of their \(compared.size) entries; run: muniment rebuild"
            )
        }
        Output.line("the live views equal the replay of their \(compared.size) entries", whenUnread: .goesOn)
        if let unlike = compared.replay.unlikeAttested.first {
            throw CommandFailure(
                .checkFailed,
                "entry \(unlike.index) attests other views than a replay makes: \(unlike.tables.joined(separator: ", ")); "
                    + CommandFailure.toDamage
            )
        }
        Output.line("\(compared.replay.attestedCount) attestations of views hold", whenUnread: .goesOn)
    }

    /// Views are never built over anything.
    private static func makeEmpty(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            guard try FileManager.default.contentsOfDirectory(atPath: path).isEmpty else {
                throw CommandFailure.usage("\(path) is not empty: name a new directory with --into")
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.usage("\(path) cannot be made: name a place of your own with --into")
        }
    }
}
