import OpenSSL
package import Storage
import Synchronization
import Wire

/// The keys of a ledger, wrapped, outside its tables: data keys, MAC keys, signing keys, the checkpoint key.
///
/// The operator's key-encryption key wraps one epoch key, and that wraps every other. New keys are staged in memory and
/// written in one file before the entries that need them, so no entry ever stands without its key. A destroyed key
/// leaves a tombstone: its identifier is never given out again.
///
/// Of a key that is not in use, only where it lies is kept in memory: it is read, opened, and kept for a while when it
/// is asked for. All files are read through at the start; one that is damaged later is told of when it is needed.
package final class KeyStore: Sendable {
    struct State {
        var places = KeyPlaces()
        var opened = OpenedKeys()
        /// Wrapped, by their names.
        var staged: [String: [UInt8]] = [:]
        /// Keys that count as destroyed though their bytes are still to go.
        var condemned: Set<String> = []
        var nextBundle = 1
        /// Bundles that others replace, and that are still to be destroyed.
        var leftovers: [Int] = []
        /// Told of each key that is destroyed.
        var whenDestroyed: (@Sendable (String) -> Void)?
        /// What wraps and opens; `nil` in a sealed store.
        var epoch: EpochKey?
        /// The files that there were when they were looked at again.
        var seenNames: Set<String> = []
    }

    /// Each attempt to read files that their owner changes sees a later moment: only damage for good outlives them.
    static let attemptsMax = 50

    let folder: SmallFiles
    let random: @Sendable (Int) -> [UInt8]
    let hash = KeyNameHash()
    /// Guards what is known and what is staged; the writer stages and flushes, any thread looks up.
    let state = Mutex(State())

    /// Opens what is there; without the epoch key (`nil`) it tells which keys exist and opens none.
    package init(
        folder: SmallFiles,
        epoch: EpochKey?,
        random: @escaping @Sendable (Int) -> [UInt8],
    ) throws {
        self.folder = folder
        self.random = random
        state.withLock { $0.epoch = epoch }
        let files = try readThrough()
        guard files.lastNumber < KeyBundle.numberMax / 2 else {
            throw LedgerFault.keys(
                "keys/\(KeyBundle.name(files.lastNumber)) is none that a ledger comes to; move it away"
            )
        }
        let stale = try learn(files)
        do throws(StorageError) {
            try removeLeftovers()
            // Though nothing may be left of it: what is destroyed half-way must be named by another, or it is damage.
            for number in stale {
                if let rest = try standing(number) { try replace(number, by: rest) }
            }
        } catch {
            // A process that only reads leaves it to the next that writes, and a full disk to one that finds free
            // space: what is left over is known as such wherever it lies.
            guard error.kind == .readOnly || error.kind == .full else { throw error }
        }
    }

    deinit {
        state.withLock { $0.opened.forgetAll() }
    }

    package var isSealed: Bool { state.withLock { $0.epoch == nil } }

    /// How many keys there are, destroyed ones left out.
    package var count: Int { state.withLock { $0.places.livingCount } }

    /// How many bytes of memory the places of keys take for each.
    package var bytesPerKey: Double { state.withLock { Double($0.places.bytes) / Double(max(1, $0.places.count)) } }

    /// The key of that name; `nil` when there is none, when it was destroyed, or when the store is sealed.
    ///
    /// - Throws: `LedgerFault.keys` when there is one and it cannot be read, or does not open: it is damaged.
    package func key(_ id: String) throws -> [UInt8]? {
        let (epoch, opened, staged) = state.withLock { state -> (EpochKey?, [UInt8]?, [UInt8]?) in
            if state.condemned.contains(id) { return (nil, nil, nil) }
            return (state.epoch, state.opened[id], state.staged[id])
        }
        guard let epoch else { return nil }
        if let opened { return opened }
        if let staged { return epoch.unwrap(staged, id: id, epoch: epoch.number) }
        guard let (record, found) = try stored(id) ?? (readAgain() ? stored(id) : nil), let wrapped = record.wrapped
        else { return nil }
        guard let key = try open(wrapped, id, found.epoch) else {
            throw LedgerFault.keys("the key \(id) does not open; restore the keys from their backup")
        }
        // Destroyed while it was being opened: nobody forgets it later.
        state.withLock { if $0.places.stands(found), !$0.condemned.contains(id) { $0.opened.remember(key, as: id) } }
        return key
    }

    private func open(_ wrapped: [UInt8], _ id: String, _ number: Int) throws -> [UInt8]? {
        if let key = state.withLock({ $0.epoch })?.unwrap(wrapped, id: id, epoch: number) { return key }
        // Wrapped anew by its owner, under an epoch that came later.
        return readAgain() ? state.withLock { $0.epoch }?.unwrap(wrapped, id: id, epoch: number) : nil
    }

    /// Whether a key of that name was destroyed; one that cannot be read is not called so.
    package func isDestroyed(_ id: String) -> Bool {
        let (isCondemned, found) = state.withLock { ($0.condemned.contains(id), $0.places.find(hash.of(id))) }
        if isCondemned { return true }
        guard found.contains(where: \.place.isDestroyed) else { return false }
        do {
            return try stored(id).map { $0.record.wrapped == nil } ?? false
        } catch {
            return false
        }
    }

    /// Puts a new key beside the others; it is durable after `flush`.
    package func stage(_ id: String, _ key: [UInt8]) {
        guard let epoch = state.withLock({ $0.epoch }) else {
            preconditionFailure("a sealed key store makes no keys")
        }
        precondition(!holds(id) && !isDestroyed(id), "a key's name is given once")
        let wrapped = epoch.wrap(key, id: id, nonce: random(AES256GCM.nonceBytes))
        state.withLock { $0.staged[id] = wrapped }
    }

    /// A key of 32 random bytes under that name, made when there is none; `nil` when it was destroyed.
    ///
    /// - Throws: `LedgerFault.keys` when there is one and it does not open: no other may take its name.
    package func dataKey(_ id: String) throws -> [UInt8]? {
        if let key = try key(id) { return key }
        if isDestroyed(id) { return nil }
        let made = random(32)
        stage(id, made)
        return made
    }

    /// What was staged, wrapped, in the order of the names.
    var staged: [KeyBundle.Record] {
        let staged = state.withLock { $0.staged }
        if staged.isEmpty { return [] }
        return staged.map { KeyBundle.Record(id: $0.key, wrapped: $0.value) }.sorted { $0.id.bytesPrecede($1.id) }
    }

    /// Makes what was staged durable.
    package func flush() throws { try write(staged) }

    /// Makes staged keys durable in a bundle of their own; those that are no longer staged are durable already.
    func write(_ records: [KeyBundle.Record]) throws {
        if records.isEmpty { return }
        let records = state.withLock { state in records.filter { state.staged[$0.id] != nil } }
        guard !records.isEmpty else { return }
        let (number, epoch) = state.withLock { state in
            state.nextBundle += 1
            return (state.nextBundle - 1, state.epoch?.number ?? EpochKey.first)
        }
        let bytes = KeyBundle(records: records, epoch: epoch).encoded
        try folder.write(KeyBundle.name(number), bytes, mode: 0o600)
        let keys = keys(in: bytes)
        state.withLock { state in
            _ = state.places.add(keys, number, epoch: epoch) { _, _ in false }
            for record in records { state.staged[record.id] = nil }
        }
        tidy()
    }

    /// Forgets what was staged: the entries that needed it were not written.
    package func discardStaged() {
        state.withLock { $0.staged.removeAll() }
    }

    /// Forgets one staged key, if it is still only staged.
    func discardStaged(_ id: String) {
        state.withLock { $0.staged[id] = nil }
    }

    /// Whether there is a key of that name, written or staged; a destroyed one is none.
    package func holds(_ id: String) -> Bool {
        let (isCondemned, isStaged) = state.withLock { ($0.condemned.contains(id), $0.staged[id] != nil) }
        if isCondemned { return false }
        if isStaged { return true }
        do {
            return try stored(id).map { $0.record.wrapped != nil } ?? false
        } catch {
            // What cannot be read is there all the same: no other may take its name.
            return true
        }
    }

    /// Destroys a key for ever, durably: a tombstone takes its place, and its bytes are overwritten where they lay.
    ///
    /// The entry that announces it (`data_key.destroyed`) is durable before. Destroying twice changes nothing.
    package func destroy(_ id: String) throws {
        if state.withLock({ $0.staged[id] != nil }) { try flush() }
        guard let (record, found) = try stored(id), record.wrapped != nil else {
            // Its tombstone may stand while what it replaced could not be overwritten yet.
            try removeLeftovers()
            return
        }
        guard var bundle = try standing(found.number) else { throw KeyBundle.damaged(found.number) }
        bundle.bury(id)
        // Whatever becomes of the last step: the tombstone counts from here on, so what was opened goes now.
        defer { if isDestroyed(id) { forget(id) } }
        try replace(found.number, by: bundle)
        state.withLock { _ = $0.condemned.remove(id) }
    }

    /// Drops what was opened of a key or with it.
    func forget(_ id: String) {
        let whenDestroyed = state.withLock { state in
            state.opened.forget(id)
            return state.whenDestroyed
        }
        whenDestroyed?(id)
    }

    /// Lets one be told of each key as soon as it is destroyed: whoever keeps what was opened with it drops that.
    package func whenDestroyed(_ body: @escaping @Sendable (_ id: String) -> Void) {
        state.withLock { $0.whenDestroyed = body }
    }
}
