import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Wire

/// A ledger that may be trusted: its tables and keys, opened and compared with what was acknowledged.
struct OpenedLedger {
    let tables: LedgerTables
    let anchor: Anchor
    let keys: KeyStore
    let opening: Opening
    let world: World
    /// Keys that were destroyed before and stood in the key store again.
    let erasedAgain: Int
    /// What there was no free space for.
    private(set) var owed = Owed()

    /// The ledger of a directory that is no copy, and that has everything that its anchor knows of.
    ///
    /// - Parameter whileComparing: as in the other.
    init(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey?,
        world: World,
        whileComparing: (KeyStore) -> Void = { _ in },
    ) throws {
        try self.init(directory, kek: kek, world: world, whileComparing: whileComparing, by: directory.openOwn)
        try owed.write { [anchor, opening] in try directory.claim(anchor, of: opening.identity.id) }
    }

    /// - Parameters:
    ///   - whileComparing: may begin what needs keys and changes nothing; then they are compared with the ledger.
    ///   - open: what makes the ledger trusted.
    /// - Throws: `LedgerFault.keys` naming what is missing where the key store is older than the ledger, or not whole.
    init(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey?,
        world: World,
        whileComparing: (KeyStore) -> Void = { _ in },
        by open: (LedgerTables, Anchor) throws -> Opening,
    ) throws {
        try LedgerFormat.require(in: directory.top(.readOnly))
        try directory.requireWhole()
        try directory.requirePrivate()
        let folder = try directory.keys()
        guard let kek = try kek ?? KeyEncryptionKey.left(in: folder) else {
            throw LedgerFault.keys("no key-encryption key: give --key-file, MUNIMENT_KEY or --key-command")
        }
        tables = try directory.ledger()
        // Until it is known to be this directory's, it is only read: another may be writing there.
        opening = try open(tables, directory.anchor(.readOnly))
        anchor = try directory.anchor()
        self.world = world
        guard EpochKey.check(keyEncryptionKey: kek.bytes, ledger: opening.identity.id) == opening.identity.keyCheck
        else {
            throw LedgerFault.keys(
                "the key-encryption key is not the one of this ledger; give the one that opened it before"
            )
        }
        guard let epoch = try EpochKey.open(in: folder, keyEncryptionKey: kek.bytes) else {
            throw LedgerFault.keys("the epoch key in keys/ is missing or damaged; restore the keys from their backup")
        }
        // Keys are used as what they are on the disk: a name that a power cut could take back must not be one of them.
        try owed.write { try folder.syncNames() }
        keys = try KeyStore(folder: folder, epoch: epoch, random: world.random)
        try owed.write { [tables] in try tables.makeDataKeys() }
        let required = try Self.required(opening, tables)
        whileComparing(keys)
        let difference = try keys.difference(from: tables)
        // What does not open is missing as well: it is put back in the same way.
        let missing =
            required.filter { [keys] in (try? keys.key($0)) ?? nil == nil }
            + difference.missing.map { KeyName.data($0.key) }
        guard missing.isEmpty else { throw LedgerFault.keys(Self.naming(missing)) }
        let erased = difference.back
        keys.condemn(erased)
        erasedAgain = erased.count
        try owed.write { [keys] in try keys.destroy(erased) }
    }

    /// How many missing keys are named; more tell an operator no more.
    private static let namesMax = 20

    private static func naming(_ missing: [String]) -> String {
        let names = missing.prefix(namesMax).joined(separator: ", ")
        let rest = missing.count > namesMax ? " and \(missing.count - namesMax) more" : ""
        return
            "keys/ is older than the ledger or not whole, \(missing.count) of its keys are missing (\(names)\(rest)); "
            + "put them back with: muniment keys restore FILE; without a backup it is not served again, but entries, "
            + "proof, checkpoint and verify go on"
    }

    /// The keys without which nothing is signed, sealed or compared; data keys apart.
    private static func required(_ opening: Opening, _ tables: LedgerTables) throws -> [String] {
        let signing = try tables.environment.read { reader in
            try tables.lastEntries(ofStreams: "\(SigningKey.prefix)_", reader)
        }
        // Every entry of a signing key tells its stage. One that has retired only verifies, by its public half.
        let signers = signing.filter { entry in
            switch entry.data["stage"]?.text.flatMap(SigningKey.Stage.init(rawValue:)) {
            case .current, .next: true
            case .retired, .revoked, nil: false
            }
        }
        return [KeyName.mac(opening.identity.secretKey), KeyName.viewRows, KeyName.blindIndex, KeyName.cursors]
            + opening.checkpointKeys.streams.map(KeyName.checkpoint)
            + signers.compactMap(\.stream).map(KeyName.signing)
    }

    /// Views that may be believed and have folded more than the ledger has tell of a loss, as the anchor does.
    ///
    /// To build them anew would forget it.
    func requireViewsInLedger(in directory: DataDirectory) throws {
        guard try ViewTrust(directory, world: world).standing().views != .machine,
            let applied = try keys.state(in: directory)?.applied
        else { return }
        try builder.requireInLedger(applied, of: opening.range.size)
    }

    var builder: ViewBuilder { ViewBuilder(tables: tables, keys: keys, ledger: opening.identity.id) }
}
