import ArgumentParser
import Engine
import EventLog
import Foundation
import Storage

/// Writes every key, still wrapped, into one file.
struct BackUpKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write every key, wrapped, into one file; the server may run. The key-encryption key is not in it."
    )

    @OptionGroup var directory: DirectoryOptions
    @Argument(help: "The file to write; it must not be there yet.") var file: String

    func run() async throws {
        let settings = try Settings(directory.given)
        let ledger = try ReadOnlyLedger(DataLocation(settings), settings, keys: .unused)
        let backup = try KeyBackup(of: ledger.directory.keys(.readOnly), ledger: ledger.identity().id)
        let place = URL(fileURLWithPath: file)
        guard !FileManager.default.fileExists(atPath: place.path) else {
            throw CommandFailure.usage("\(file) is there already: name another file")
        }
        try Self.write(backup.encoded, to: place)
    }

    /// For the owner alone, and on the disk when it is done.
    private static func write(_ bytes: [UInt8], to place: URL) throws {
        do {
            let isMade = FileManager.default.createFile(
                atPath: place.path,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            )
            guard isMade else { throw CocoaError(.fileWriteNoPermission) }
            let handle = try FileHandle(forWritingTo: place)
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
            try handle.close()
        } catch {
            throw CommandFailure(.checkFailed, "\(place.path) cannot be written: name a file in a folder of your own")
        }
    }
}
