package import EventLog
package import OpenSSL
import Storage
import Wire

/// Builds a data directory out of backups: a ledger that verifies, without keys and without views.
///
/// The file that makes the directory a ledger is written last, as with a founding, so that what an interruption leaves
/// is none: the next restoration into the directory takes it away and begins anew.
///
/// The directory is a copy, and is treated as one: the anchor stands for the directory that the backup was made of,
/// until an operator lets this one take its place, or go on under another name.
struct Restoration {
    /// Stands in a directory while it is built.
    static let markName = LedgerFormat.unfinishedName

    let directory: DataDirectory
    let moment: Moment?
    let world: World

    func run(_ files: [BackupSource]) throws -> Instance.Restored {
        let lock = try directory.foundingLock()
        defer { _ = lock }
        let top = try directory.top()
        guard try top.read(LedgerFormat.fileName) == nil else {
            throw LedgerFault.format("there is a ledger in this directory already")
        }
        try directory.requirePrivate()
        try makeEmpty(top)
        try top.write(Self.markName, Array("muniment restore\n".utf8))
        do {
            return try build(files, top)
        } catch {
            let isFull = isDiskFull(error)
            // What is left is no ledger either way; without it there is free space again.
            try? makeEmpty(top)
            _ = try? top.remove(Self.markName)
            if isFull { throw Refusal.diskFull }
            throw error
        }
    }

    /// A short write on a full disk reports an input/output error; only the free space tells the two apart.
    private func isDiskFull(_ error: any Error) -> Bool {
        guard let fault = error as? StorageError, fault.kind == .io else { return false }
        return (directory.spaces.map(\.freeBytes).min() ?? .max) < WriterCore.freeBytesMin
    }

    /// Takes away what an unfinished restoration has left.
    ///
    /// - Throws: where anything else lies here.
    private func makeEmpty(_ top: SmallFiles) throws {
        guard try top.read(Self.markName) != nil else {
            for name in ["ledger", "keys", DataDirectory.viewsName] where directory.exists(name) {
                throw LedgerFault.format("there is a folder \(name) in this directory: restore into an empty one")
            }
            return
        }
        for name in ["ledger", "backups"] where directory.exists(name) { try directory.remove(name) }
        try directory.removeViews()
        if hasAnchorWithin, directory.exists("anchor") { try directory.remove("anchor") }
        for name in [DataDirectory.anchorFileName, DataDirectory.reserveName] { try top.remove(name) }
    }

    private var hasAnchorWithin: Bool { directory.anchorPath == directory.path("anchor") }

    private func build(_ files: [BackupSource], _ top: SmallFiles) throws -> Instance.Restored {
        // Closed before anybody else opens it.
        let restored = try tables(files)
        let isAnchorKept = try anchor(restored)
        if directory.path("") != nil {
            try top.write(DataDirectory.reserveName, [UInt8](repeating: 0, count: DataDirectory.reserveBytes))
        }
        try directory.rememberAnchor(in: top)
        _ = try directory.backups()
        // There are no views yet, and nothing has stopped uncleanly: the first start folds, it does not recover.
        try ViewTrust(directory, world: world).markClean()
        CrashPoint.beforeRestoreCounts.pass()
        try LedgerFormat.write(in: top)
        try top.remove(Self.markName)
        let checkpoint = try directory.anchor(.readOnly).checkpoint().map { try Checkpoint(text: $0.text) }
        return Instance.Restored(
            size: restored.size,
            root: restored.root,
            verifierKey: restored.identity.verifierKey,
            backedUp: restored.newest.size,
            isAnchorKept: isAnchorKept,
            anchored: checkpoint?.size ?? 0
        )
    }

    private func tables(_ files: [BackupSource]) throws -> LedgerRestoration.Restored {
        var restoration = LedgerRestoration(into: try directory.ledger()) { [moment] last, recordedAt in
            switch moment {
            case .index(let index)?: last <= index
            case .time(let time)?: recordedAt <= time
            case nil: true
            }
        }
        for file in files {
            do {
                try restoration.add(file.read)
            } catch let fault as BackupFault {
                throw BackupRefusal(file: file.name, fault: fault)
            }
        }
        let restored = try restoration.finish()
        if case .index(let index)? = moment, index >= restored.newest.size {
            throw BackupFault.notReached(index: index, size: restored.newest.size)
        }
        return restored
    }

    /// An anchor that outlived the machine stays as it is: it may know of more than the backups do.
    ///
    /// - Returns: whether there was one.
    private func anchor(_ restored: LedgerRestoration.Restored) throws -> Bool {
        let anchor = try directory.anchor()
        if let note = try anchor.checkpoint() {
            let origin = try Checkpoint(text: note.text).origin
            guard origin.bytesEqual(restored.identity.origin) || restored.identity.fork(named: origin) != nil else {
                throw LedgerFault.format("the anchor \(anchor.place) is of another ledger: \(origin)")
            }
            return true
        }
        try anchor.tie(to: restored.newest.owner)
        try anchor.store(restored.newest.note)
        return false
    }
}

/// A backup as it is read: from a file, or in a test from memory.
package struct BackupSource {
    package let name: String
    /// Gives so many bytes, fewer only at the end.
    package let read: (_ count: Int) throws -> [UInt8]

    package init(name: String, read: @escaping (_ count: Int) throws -> [UInt8]) {
        self.name = name
        self.read = read
    }
}

extension Instance {
    /// What was restored.
    package struct Restored: Sendable {
        /// How many entries there are.
        package let size: UInt64
        package let root: Digest
        /// Genesis' own: whoever kept it elsewhere sees whether this is their ledger.
        package let verifierKey: VerifierKey
        /// How many entries the files hold; more than there are where it was restored to an earlier moment.
        package let backedUp: UInt64
        /// Whether there was an anchor already.
        package let isAnchorKept: Bool
        /// How many entries the anchor's checkpoint covers.
        package let anchored: UInt64
    }

    /// Builds a data directory from a whole backup and the increments behind it.
    ///
    /// - Parameters:
    ///   - directory: one that is empty, or that an earlier attempt has left unfinished.
    ///   - moment: up to when; of a command that would be cut, nothing.
    /// - Throws: `BackupRefusal` naming the file, `BackupFault`, or `LedgerFault.format` where something lies there.
    package static func restore(
        _ files: [BackupSource],
        into directory: DataDirectory,
        upTo moment: Moment? = nil,
        world: World = .system,
    ) throws -> Restored {
        try Restoration(directory: directory, moment: moment, world: world).run(files)
    }
}
