package import EventLog
import OpenSSL
import Storage
import Wire

// What is done to a data directory while no server runs on it. Each takes the writer's lock, so none can meet another.
extension Instance {
    /// Builds the views anew from the ledger and puts them in the place of the old.
    ///
    /// - Returns: how many entries were folded.
    package static func rebuildViews(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey? = nil,
        world: World = .system,
    ) throws -> UInt64 {
        try alone(directory) {
            let opened = try OpenedLedger(directory, kek: kek, world: world)
            try opened.requireViewsInLedger(in: directory)
            try Rebuild.run(opened, in: directory)
            return opened.opening.range.size
        }
    }

    /// Makes the ledger's derived tables anew from its entries, and verifies the whole of it.
    ///
    /// - Returns: how many rows were wrong, by table.
    /// - Throws: `LedgerFault` where the entries are not what was signed, something is wrong still, or the directory is
    ///   a copy.
    package static func repairLedger(_ directory: DataDirectory) throws -> [String: Int] {
        try alone(directory) {
            try directory.requireWhole()
            let (tables, anchor) = (try directory.ledger(), try directory.anchor(.readOnly))
            try directory.requireOwn(anchor)
            let repaired = try DerivedTables(tables, anchor: anchor).repair()
            let report = Verification(tables: tables, keys: nil, anchor: anchor).run()
            if let problem = report.problems.first { throw LedgerFault.damaged(index: problem.index, problem.what) }
            return repaired
        }
    }

    /// Wraps every key anew, so that copies of the wrapped keys made before open no more.
    ///
    /// - Returns: how many keys there are.
    package static func rewrapKeys(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey? = nil,
        world: World = .system,
    ) throws -> Int {
        try alone(directory) {
            let opened = try OpenedLedger(directory, kek: kek, world: world)
            guard let key = try kek ?? KeyEncryptionKey.left(in: directory.keys()) else {
                throw LedgerFault.keys("no key-encryption key: give --key-file, MUNIMENT_KEY or --key-command")
            }
            var owed = opened.owed
            try owed.writeAll()
            return try opened.keys.rewrap(keyEncryptionKey: key.bytes)
        }
    }

    /// Puts keys back from a backup; what the ledger destroyed since stays destroyed.
    ///
    /// Into a copy too: a directory that was restored without its keys gets them before it can take its original's
    /// place.
    package static func restoreKeys(_ backup: KeyBackup, into directory: DataDirectory) throws -> KeyBackup.Restored {
        try alone(directory) {
            let tables = try directory.ledger()
            let genesis = try tables.environment.read { try tables.entry(0, $0) }
            guard let genesis, try LedgerIdentity(genesis: Entry(decoding: genesis)).id == backup.ledger else {
                throw LedgerFault.keys("this backup is of another ledger's keys; name one of this ledger's")
            }
            return try backup.restore(into: directory.keys(), without: try destroyedKeys(tables))
        }
    }

    /// The names of the data keys that entries destroyed.
    private static func destroyedKeys(_ tables: LedgerTables) throws -> Set<String> {
        var names: Set<String> = []
        let size = try tables.environment.read { try tables.size($0) }
        try tables.walk(0..<size) { line in
            guard case .entry(_, let bytes) = line else { return }
            let entry = try Entry(decoding: bytes)
            if entry.type == "data_key.destroyed", let key = entry.data["key"]?.text { names.insert(KeyName.data(key)) }
        }
        return names
    }

    static func alone<R>(_ directory: DataDirectory, _ body: () throws -> R) throws -> R {
        try LedgerFormat.require(in: directory.top(.readOnly))
        let lock = try directory.lock()
        defer { _ = lock }
        return try body()
    }
}
