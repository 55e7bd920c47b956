import Engine
import EventLog
import Foundation
import Storage

/// The file that a backup becomes: for the owner alone, and under its name only when all of it is on the disk.
struct BackupFile {
    private let place: URL
    private let given: String
    private let replaces: Bool

    /// - Throws: wrong usage when it is there already, unless it may be replaced.
    init(_ path: String, replaces: Bool) throws {
        given = path
        place = URL(fileURLWithPath: path)
        self.replaces = replaces
        try requireFree()
    }

    private func requireFree() throws {
        guard replaces || !FileManager.default.fileExists(atPath: place.path) else {
            throw CommandFailure.usage("\(given) is there already; --overwrite replaces it")
        }
    }

    /// Beside its place, so that it can take it at once; what an interrupted backup left there is written over.
    private var unfinished: URL {
        place.deletingLastPathComponent().appendingPathComponent(".\(place.lastPathComponent).unfinished")
    }

    func make(_ body: (@escaping ([UInt8]) throws -> Void) throws -> BackupMark) throws -> BackupMark {
        let handle = try open()
        do {
            let mark = try body { bytes in try writing { try handle.write(contentsOf: Data(bytes)) } }
            try writing { try handle.synchronize() }
            try requireFree()
            CrashPoint.beforeBackupMoves.pass()
            try writing {
                try handle.close()
                try FolderMoves.rename(unfinished.path, to: place.path)
                try SmallFiles(path: place.deletingLastPathComponent().path, access: .readOnly).syncNames()
            }
            return mark
        } catch {
            try? FileManager.default.removeItem(at: unfinished)
            throw error
        }
    }

    private func open() throws -> FileHandle {
        let isMade = FileManager.default.createFile(
            atPath: unfinished.path,
            contents: nil,
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else {
            throw CommandFailure(
                .checkFailed,
                "\(unfinished.path) cannot be made: name a file in a folder of your own with --to"
            )
        }
        return try writing { try FileHandle(forWritingTo: unfinished) }
    }

    private func writing<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch {
            throw CommandFailure(
                .checkFailed,
                "\(given) cannot be written, and is not there: \(cause(of: error)); name another with --to"
            )
        }
    }
}

/// Standard output, as a backup goes to it.
struct BackupPipe {
    /// - Throws: wrong usage where a person would see the bytes.
    init() throws {
        guard isatty(FileHandle.standardOutput.fileDescriptor) == 0 else {
            throw CommandFailure.usage("--to - prints the backup itself: let another program take it, or name a file")
        }
    }

    /// Whoever goes away before the end has no backup.
    func write(_ bytes: [UInt8]) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            throw CommandFailure(
                .checkFailed,
                "the backup was cut, make it again: standard output cannot be written: \(cause(of: error))"
            )
        }
    }
}

/// A backup as it is read again.
extension BackupSource {
    /// - Throws: wrong usage when it cannot be read.
    init(file path: String) throws {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure.usage("\(path) cannot be read: \(cause(of: error))")
        }
        self.init(name: path) { count in
            var bytes: [UInt8] = []
            while bytes.count < count {
                do {
                    guard let more = try handle.read(upToCount: count - bytes.count), !more.isEmpty else { break }
                    bytes += more
                } catch {
                    throw CommandFailure(.checkFailed, "\(path) cannot be read: \(cause(of: error))")
                }
            }
            return bytes
        }
    }
}

/// What the system said, without the words around it.
private func cause(of error: any Error) -> String {
    if let fault = error as? StorageError { return "\(fault)" }
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return (cause ?? error as NSError).localizedDescription
}
