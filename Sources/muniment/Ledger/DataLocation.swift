import Engine
import EventLog
import Foundation
import Storage

/// The data directory of a run: where it is, where its anchor is, and what opens its keys.
struct DataLocation {
    let path: String
    let directory: DataDirectory

    /// - Throws: wrong usage when no directory is named.
    init(_ settings: Settings) throws {
        path = Settings.absolute(try settings.required(.data))
        directory = try DataDirectory.found(at: path, anchor: try settings.path(.anchor))
    }

    /// The directory, when there is one at all.
    func found() throws -> DataDirectory {
        guard FolderMoves.exists(path) else {
            throw LedgerFault.format("there is no \(path); make a ledger with: muniment init --data DIR")
        }
        return directory
    }

    /// Makes the folders that are not there yet, for the owner alone.
    func make() throws { try Self.make([path, directory.anchorPath].compactMap(\.self)) }

    static func make(_ folders: [String]) throws {
        for folder in folders {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                throw CommandFailure(
                    .unopenable,
                    "\(folder) cannot be made: \(error.localizedDescription); name a place of your own"
                )
            }
        }
    }
}
