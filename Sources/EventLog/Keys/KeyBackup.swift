package import Storage
import Wire

/// Every key of a ledger in one file, each still wrapped: worth nothing without the key-encryption key, which is never
/// in it.
package struct KeyBackup: Sendable {
    private struct File {
        let name: String
        let bytes: [UInt8]
    }

    /// The ledger's id: keys of another open nothing.
    package let ledger: [UInt8]
    private let files: [File]

    /// Reads the key store as it is; it may be in use.
    package init(of folder: SmallFiles, ledger: [UInt8]) throws {
        self.ledger = ledger
        let found = try KeyFiles(of: folder) { (bytes) throws(Malformed) in
            (bytes, try KeyBundle(decoding: bytes).replaced)
        }
        guard !found.epochs.isEmpty else {
            throw LedgerFault.keys("there are no keys here; put them back with: muniment keys restore FILE")
        }
        files =
            (found.bundles.map { File(name: KeyBundle.name($0.number), bytes: $0.content) }
            + found.epochs.map { File(name: $0.key, bytes: $0.value) }).sorted { $0.name.bytesPrecede($1.name) }
    }

    private static func isKept(_ name: String) -> Bool { KeyBundle.number(name) != nil || EpochKey.number(name) != nil }

    package var encoded: [UInt8] {
        let object: JSON = [
            "files": .array(
                files.map { ["bytes": .string(Base64URL.encode($0.bytes)), "name": .string($0.name)] }
            ),
            "ledger": .string(Base64URL.encode(ledger)), "v": 1,
        ]
        return object.canonical + [0x0A]
    }

    package init(decoding bytes: [UInt8]) throws {
        do throws(Malformed) {
            let object = try JSON.parse(Array(bytes.prefix { $0 != 0x0A }), as: .canonical)
            guard object["v"]?.number == 1, let ledger = object["ledger"]?.text, let files = object["files"]?.items
            else {
                throw Malformed("a key backup of version 1 is expected", at: 0)
            }
            self.ledger = try Base64URL.decode(ledger)
            self.files = try files.map { (file) throws(Malformed) in
                guard let name = file["name"]?.text, Self.isKept(name), let text = file["bytes"]?.text else {
                    throw Malformed("a key backup holds bundles and epochs", at: 0)
                }
                return File(name: name, bytes: try Base64URL.decode(text))
            }
        } catch {
            throw LedgerFault.keys(
                "this is no key backup: \(error.reason); name a file that muniment keys backup wrote"
            )
        }
    }

    /// What came of a restoration.
    package struct Restored: Sendable {
        /// Keys that are there now.
        package let keys: Int
        /// Keys of the backup that the ledger had destroyed since: they are left out.
        package let thinned: Int
    }

    /// Puts the keys back where they are missing, without those that the ledger destroyed.
    ///
    /// No key that is there is ever replaced: a store with anything that the backup does not have is refused.
    ///
    /// - Parameter destroyed: names of keys as the store has them: `data:` before what `data_key.destroyed` tells.
    package func restore(into folder: SmallFiles, without destroyed: Set<String>) throws -> Restored {
        var (keys, thinned) = (0, 0)
        var replaced: Set<String> = []
        let thin = try files.map { file -> File in
            guard KeyBundle.number(file.name) != nil else { return file }
            var bundle: KeyBundle
            do throws(Malformed) {
                bundle = try KeyBundle(decoding: file.bytes)
            } catch {
                throw LedgerFault.keys("the backup of \(file.name) is damaged: \(error.reason); name another backup")
            }
            replaced.formUnion(bundle.replaced.map(KeyBundle.name))
            let living = bundle.records.filter { $0.wrapped != nil }.map(\.id)
            let gone = living.filter { destroyed.contains($0) }
            for name in gone { bundle.bury(name) }
            keys += living.count - gone.count
            thinned += gone.count
            return gone.isEmpty ? file : File(name: file.name, bytes: bundle.encoded)
        }
        let ours = Dictionary(thin.map { ($0.name, $0.bytes) }) { first, _ in first }
        let present = Set(try folder.list().filter(Self.isKept))
        // What a bundle of the backup replaces is destroyed at the next start; its number alone does not tell that it
        // is it.
        let held = present.isDisjoint(with: replaced) ? [:] : try Self.keys(of: thin)
        for name in present.sorted() {
            let bytes = try folder.read(name)
            guard bytes == ours[name] || replaced.contains(name) && Self.isAll(of: bytes, in: held) else {
                throw LedgerFault.keys("keys/\(name) is not from this backup; move what is in keys/ away first")
            }
        }
        for file in thin where !present.contains(file.name) { try folder.write(file.name, file.bytes, mode: 0o600) }
        return Restored(keys: keys, thinned: thinned)
    }

    /// Every key as it is wrapped, with `nil` for a tombstone.
    private static func keys(of files: [File]) throws -> [String: Set<[UInt8]?>] {
        var held: [String: Set<[UInt8]?>] = [:]
        for file in files where KeyBundle.number(file.name) != nil {
            for record in try KeyBundle(decoding: file.bytes).records {
                held[record.id, default: []].insert(record.wrapped)
            }
        }
        return held
    }

    /// Whether a bundle has no key but those that are held, or are known to be destroyed.
    private static func isAll(of bytes: [UInt8]?, in held: [String: Set<[UInt8]?>]) -> Bool {
        guard let bytes, let bundle = try? KeyBundle(decoding: bytes) else { return false }
        return bundle.records.allSatisfy { record in
            held[record.id].map { $0.contains(nil) || $0.contains(record.wrapped) } ?? false
        }
    }
}
