import Engine
import EventLog
import Storage
import Wire

/// A ledger opened for reading alone: a live one beside its server, a dead one, or a copy, also on a read-only medium.
struct ReadOnlyLedger {
    let directory: DataDirectory
    let tables: LedgerTables
    /// `nil` when there is none: a copy may come without.
    let anchor: Anchor?
    /// `nil` when there is no key store; sealed when nothing here opens it.
    let keys: KeyStore?

    enum KeyUse {
        /// As far as they are right; what is wrong with them is said, and everything personal stays sealed.
        case asFound
        case unused
    }

    init(_ location: DataLocation, _ settings: Settings, keys use: KeyUse = .asFound) throws {
        directory = try location.found()
        try LedgerFormat.require(in: directory.top(.readOnly))
        tables = try Self.tables(directory)
        anchor = try Self.anchor(directory, isNamed: settings.path(.anchor) != nil)
        keys =
            switch use {
            case .asFound: try Self.keyStore(directory, settings)
            case .unused: nil
            }
    }

    /// - Throws: where an anchor was named that is not there: to go on without it would hide what it knows.
    private static func anchor(_ directory: DataDirectory, isNamed: Bool) throws -> Anchor? {
        do {
            return try directory.anchor(.readOnly)
        } catch let fault as StorageError where fault.kind == .notFound && isNamed {
            throw LedgerFault.format("the anchor is not there: there is no folder \(directory.anchorPath ?? "anchor")")
        } catch {
            if isNamed { throw error }
            return nil
        }
    }

    func identity() throws -> LedgerIdentity {
        guard let genesis = try tables.environment.read({ try tables.entry(0, $0) }) else {
            throw LedgerFault.rolledBack("the ledger has no first entry")
        }
        return try LedgerIdentity(genesis: Entry(decoding: genesis))
    }

    /// The checkpoint in the anchor.
    func checkpoint() throws -> SignedNote {
        guard let note = try anchor?.checkpoint() else {
            throw LedgerFault.rolledBack("the anchor has no checkpoint; name its folder with --anchor DIR")
        }
        return note
    }

    /// Takes a place among the readers, as one must beside a writer.
    ///
    /// Where nobody can be writing (no lock file, or one that may not be written, as on a read-only medium) it reads
    /// without.
    private static func tables(_ directory: DataDirectory) throws -> LedgerTables {
        let isLocked = directory.path("ledger/lock.mdb").map(FolderMoves.exists) ?? true
        guard isLocked else { return try directory.ledger(.copied) }
        do {
            return try directory.ledger(.readOnly)
        } catch let fault as StorageError where fault.kind == .notPermitted || fault.kind == .readOnly {
            return try directory.ledger(.copied)
        }
    }

    private static func keyStore(
        _ directory: DataDirectory,
        _ settings: Settings,
    ) throws -> KeyStore? {
        guard let folder = try? directory.keys(.readOnly) else {
            Output.message("sealed: there are no keys here")
            return nil
        }
        var epoch: EpochKey?
        do {
            epoch = try openEpoch(folder, settings)
        } catch LedgerFault.keys(let why) {
            Output.message("sealed: \(why)")
        }
        return try KeyStore(folder: folder, epoch: epoch, random: World.system.random)
    }

    private static func openEpoch(
        _ folder: SmallFiles,
        _ settings: Settings,
    ) throws -> EpochKey? {
        guard let key = try KeySource.read(settings) ?? KeyEncryptionKey.left(in: folder) else {
            throw LedgerFault.keys("there is no key-encryption key here")
        }
        guard let epoch = try EpochKey.open(in: folder, keyEncryptionKey: key.bytes) else {
            throw LedgerFault.keys("the key-encryption key does not open the keys")
        }
        return epoch
    }
}
