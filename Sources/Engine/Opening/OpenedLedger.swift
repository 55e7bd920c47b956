import EventLog
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

    init(_ directory: DataDirectory, kek: KeyEncryptionKey?, world: World) throws {
        try LedgerFormat.require(in: directory.top(.readOnly))
        let folder = try directory.keys()
        guard let kek = try kek ?? KeyEncryptionKey.left(in: folder) else {
            throw LedgerFault.keys("no key-encryption key: give --key-file, MUNIMENT_KEY or --key-command")
        }
        tables = try directory.ledger()
        anchor = try directory.anchor()
        opening = try Opening(tables: tables, anchor: anchor)
        self.world = world
        guard EpochKey.check(keyEncryptionKey: kek.bytes, ledger: opening.identity.id) == opening.identity.keyCheck
        else { throw LedgerFault.keys("the key-encryption key is not the one of this ledger") }
        guard let epoch = try EpochKey.open(in: folder, keyEncryptionKey: kek.bytes) else {
            throw LedgerFault.keys("the epoch key in keys/ is missing or damaged; restore the keys from their backup")
        }
        keys = try KeyStore(folder: folder, epoch: epoch, random: world.random)
        for name in required where keys.key(name) == nil {
            throw LedgerFault.keys("the key \(name) is missing; restore the keys from their backup")
        }
    }

    private var required: [String] {
        [KeyName.mac(opening.identity.secretKey), KeyName.viewRows, KeyName.blindIndex, KeyName.cursors]
            + opening.checkpointKeys.streams.map(KeyName.checkpoint)
    }

    func required(_ name: String) throws -> [UInt8] {
        guard let key = keys.key(name) else { throw LedgerFault.keys("the key \(name) is missing") }
        return key
    }

    func viewStore(_ environment: Environment) throws -> ViewStore {
        try ViewStore(
            environment,
            sealKey: try required(KeyName.viewRows),
            blindKey: try required(KeyName.blindIndex)
        )
    }

    var builder: ViewBuilder { ViewBuilder(tables: tables, keys: keys, ledger: opening.identity.id) }
}
