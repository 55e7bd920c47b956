import Storage
import Synchronization
import Wire

// What the files of a key store tell: once at the start, and again and again to who reads beside the owner.
extension KeyStore {
    /// Reads every file, and keeps of it where its keys lie.
    func readThrough() throws -> KeyFiles<KeyOutline> {
        try KeyFiles(of: folder) { [hash] (bytes) throws(Malformed) in
            let outline = try KeyOutline(bytes, hash)
            return (outline, outline.replaced)
        }
    }

    /// Learns the keys of files.
    ///
    /// - Returns: the bundles with keys that a newer one has as well.
    func learn(_ files: KeyFiles<KeyOutline>) throws -> [Int] {
        var (places, stale) = (KeyPlaces(), [Int]())
        places.reserve(files.bundles.reduce(0) { $0 + $1.content.keys.count })
        // The newest first: what it tells of a key stands.
        for bundle in files.bundles {
            let epoch = bundle.content.epoch
            let isStale = try places.add(bundle.content.keys, bundle.number, epoch: epoch) { key, known in
                let found = KeyPlaces.Found(hash: key.hash, place: key.place, number: bundle.number, epoch: epoch)
                return try isAmong(known, found)
            }
            if isStale { stale.append(bundle.number) }
        }
        state.withLock { state in
            state.places = places
            state.nextBundle = files.lastNumber + 1
            state.leftovers = files.replaced
        }
        return stale
    }

    /// Whether a newer bundle tells of a key: of two that have one hash, the names decide.
    private func isAmong(_ known: [KeyPlaces.Found], _ key: KeyPlaces.Found) throws -> Bool {
        guard let name = try record(at: key)?.id else {
            // Beside its owner a file may be gone again, and the next look finds what took its place.
            if folder.access == .readOnly { return true }
            throw KeyBundle.damaged(key.number)
        }
        return try known.contains { try record(at: $0)?.id.bytesEqual(name) ?? true }
    }

    /// The names of the keys there are, in the order of their bytes; every file is read for it.
    package func names(prefix: String) throws -> [String] {
        let files = try KeyFiles(of: folder) { (bytes) throws(Malformed) in
            let bundle = try KeyBundle(decoding: bytes)
            return (bundle.records.map { (id: $0.id, isLiving: $0.wrapped != nil) }, bundle.replaced)
        }
        var (known, living) = (Set<String>(), [String]())
        // The newest first: what it tells of a key stands.
        for record in files.bundles.lazy.flatMap(\.content) where known.insert(record.id).inserted {
            if record.isLiving, record.id.hasPrefix(prefix) { living.append(record.id) }
        }
        return living.sorted { $0.bytesPrecede($1) }
    }

    /// Takes in what the owner has written since, where the folder is only read: nobody else changes an owner's files.
    ///
    /// A key is durable before the first entry that needs it. So a reader that finds a name in an entry and not among
    /// the keys looks once more, and what is missing then is missing. Files that are the same as before are not read
    /// again.
    ///
    /// - Returns: whether they are others than at the last look.
    func readAgain() -> Bool {
        guard folder.access == .readOnly else { return false }
        do {
            let names = Set(try folder.list())
            guard names != state.withLock({ $0.seenNames }) else { return false }
            _ = try learn(try readThrough())
            let epoch = try state.withLock { $0.epoch }?.renewed(in: folder)
            state.withLock { state in
                state.seenNames = names
                state.epoch = epoch ?? state.epoch
                state.opened.forgetAll()
            }
            return true
        } catch {
            // What cannot be read now is missing for whoever asked: they say so, and of which key.
            return false
        }
    }
}
