import ArgumentParser
import Engine
import EventLog
import Foundation
import OpenSSL
import Storage
import Wire

/// Builds a data directory out of backups.
struct RestoreLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Build a new data directory from a whole backup and its increments.",
        discussion: """
            The files are given in their order, the whole backup first; each is checked as a foreign one, entry by entry
            and against its signature, before it counts. Interrupted, the same command begins anew; until it is done the
            directory is none.

            With --to it ends with the last command at or before that entry or time. To go on from there is to give up
            what is later: muniment fork does that, under another name.

            The keys are put back apart (muniment keys restore). The directory is a copy then, and is served after
            muniment moved, where its original has signed nothing beyond the backup, or else after muniment fork.
            """,
    )

    @Option(
        name: .customLong(Setting.restoredFrom.name),
        parsing: .upToNextOption,
        help: ArgumentHelp(Setting.restoredFrom.summary, valueName: "FILE")
    )
    var from: [String] = []
    @Option(.restoredTo) var to: String?
    @Option(.restoredInto) var into: String?
    @Option(.anchor) var anchor: String?
    @Option(.config) var config: String?

    func run() async throws {
        let settings = try Settings(
            [.restoredTo: to, .restoredInto: into, .anchor: anchor, .config: config],
            lists: [.restoredFrom: from]
        )
        let files = try settings.list(.restoredFrom)
        guard !files.isEmpty else { throw CommandFailure.usage("--from FILE is missing: the backups, in their order") }
        let moment = try settings.moment(.restoredTo)
        let path = Settings.absolute(try settings.required(.restoredInto))
        try Self.requireEmpty(path)
        let directory = DataDirectory(path: path, anchor: try settings.path(.anchor))
        try DataLocation.make([path, try settings.path(.anchor)].compactMap(\.self))
        let restored: Instance.Restored
        do {
            restored = try Instance.restore(files.map(BackupSource.init(file:)), into: directory, upTo: moment)
        } catch let fault as StorageError where fault.kind == .full {
            throw CommandFailure(
                .unopenable,
                "the disk is full, so nothing was restored into \(path): make room, or name another disk with --into"
            )
        }
        Output.line("restored \(restored.size) entries, root \(Base64.encode(restored.root.bytes))")
        for line in Self.guide(restored, path) { Output.message(line) }
    }

    /// What is to be done next, in order.
    private static func guide(_ restored: Instance.Restored, _ path: String) -> [String] {
        var lines = [
            "Its first verifier key is \(restored.verifierKey): compare it with the one that you keep.",
            "Put the keys back: muniment keys restore --data \(path) FILE",
        ]
        if restored.anchored > restored.size {
            lines.append(
                "\(restored.anchored - restored.size) entries that were signed are not here. To go on without them is a fork,"
                    + " under another name: muniment fork --data \(path)"
            )
        } else {
            lines.append(
                "Where its original signed nothing after this backup: muniment moved --data \(path). Where it may have, or"
                    + " goes on: muniment fork --data \(path)"
            )
        }
        return lines
    }

    /// A restoration goes into nothing: what lies there would be part of it.
    private static func requireEmpty(_ path: String) throws {
        guard FolderMoves.exists(path) else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandFailure.usage("\(path) cannot be read: \(error.localizedDescription)")
        }
        // What an interrupted restoration left is its own to take away, and a disk of its own has a folder for what it
        // finds.
        guard !names.contains(LedgerFormat.unfinishedName) || names.contains(LedgerFormat.fileName) else { return }
        // So has a file that was to take a place and did not.
        let isOurs = { (name: String) in
            ["lock", "lost+found"].contains(name) || name.hasPrefix(".\(LedgerFormat.unfinishedName).")
        }
        guard names.allSatisfy(isOurs) else {
            throw CommandFailure.usage("\(path) is not empty: a ledger is restored into a new directory")
        }
    }
}
