import ArgumentParser
import Engine
import EventLog
import Foundation
import OpenSSL
import Storage
import Wire

/// Writes the ledger, from one entry on up to what is signed, into a file or a pipe.
struct BackUpLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the ledger into one file, or what is new of it; the server may run. Keys are never in it.",
        discussion: """
            In it are entries, sealed parts and the signed checkpoint that covers them: what is newer than that, at most
            a second's worth while a server runs, comes with the next one. A name is taken only when everything is on the
            disk.

            Printed is the index with which the next increment begins: --since of it holds what has come since then. With
            --to - the backup itself is printed.

            The server notices within seconds and leaves an entry (ledger.backed_up); where none runs, the next one does.
            Keys are backed up by muniment keys backup, after this and to another place.
            """,
    )

    @OptionGroup var directory: DirectoryOptions
    @Option(.backupFile) var to: String?
    @Option(.since) var since: String?
    @Flag(.overwrite) var overwrite = false

    func run() async throws {
        let settings = try Settings(
            directory.given,
            [.backupFile: to, .since: since],
            flags: [.overwrite: overwrite]
        )
        let place = try settings.required(.backupFile)
        let first = try settings.index(.since) ?? 0
        let ledger = try ReadOnlyLedger(DataLocation(settings), settings, keys: .unused)
        let mark: BackupMark
        if place == "-" {
            mark = try Self.backup(ledger, from: first, to: BackupPipe().write)
        } else {
            let file = try BackupFile(place, replaces: settings.isOn(.overwrite))
            mark = try file.make { try Self.backup(ledger, from: first, to: $0) }
            Output.line("\(mark.size)")
        }
        CrashPoint.backupMoved.pass()
        Output.message(
            "backed up entries \(mark.first) up to, and without, \(mark.size); root \(Base64.encode(mark.root.bytes))"
        )
        Self.report(mark, of: ledger)
    }

    private static func backup(
        _ ledger: ReadOnlyLedger,
        from first: UInt64,
        to write: @escaping ([UInt8]) throws -> Void,
    ) throws -> BackupMark {
        guard let anchor = ledger.anchor else {
            throw LedgerFault.rolledBack("the anchor has no checkpoint; name its folder with --anchor DIR")
        }
        var backup = try LedgerBackup(
            of: ledger.tables,
            anchor: anchor,
            from: first,
            at: World.system.wall(),
            software: Muniment.software,
            write: write
        )
        let mark = try backup.run()
        let size = try ledger.tables.environment.read { try ledger.tables.size($0) }
        if size > mark.size { Output.message("\(size - mark.size) newer entries come with the next one") }
        return mark
    }

    /// The backup is what it is even where nobody can be told of it, as beside a directory on a read-only medium.
    private static func report(_ mark: BackupMark, of ledger: ReadOnlyLedger) {
        do {
            try BackupMemory.store(mark, in: ledger.directory)
        } catch {
            Output.message("no entry will tell of it: \(error)")
        }
    }
}
