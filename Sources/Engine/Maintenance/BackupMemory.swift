package import EventLog
import Identity
import OpenSSL
import Storage
import Wire

/// The word that a backup leaves in the data directory: only the writer writes the ledger, so it is the server that
/// makes an entry of it, beside its other work or at its next start.
package enum BackupMemory {
    static let folderName = "backups"
    static let fileName = "last"

    /// Leaves word of a backup that is complete; durable when it returns.
    package static func store(_ mark: BackupMark, in directory: DataDirectory) throws {
        if let path = directory.path(folderName) { try FolderMoves.make(path) }
        try directory.backups(.beside).write(fileName, mark.json.canonical + [0x0A], mode: 0o644)
    }

    /// The newest backup that word was left of.
    static func stored(in directory: DataDirectory) throws -> BackupMark? {
        let bytes: [UInt8]?
        do {
            bytes = try directory.backups(.readOnly).read(fileName)
        } catch let fault as StorageError where fault.kind == .notFound {
            return nil
        }
        do throws(Malformed) {
            return try bytes.map(BackupMark.init(decoding:))
        } catch {
            throw LedgerFault.format("the file \(folderName)/\(fileName) is not ours: \(error)")
        }
    }
}

extension BackupMark {
    /// Everything from the first to the last of these entries lies in a backup.
    var event: Event {
        Event(
            LedgerSubject.entry(.backedUp),
            chain: .platform,
            data: [
                "at": .string(at.text), "from": .integer(Int64(first)), "root": .string(Base64URL.encode(root.bytes)),
                "size": .integer(Int64(size)),
            ]
        )
    }
}
