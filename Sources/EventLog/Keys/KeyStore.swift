import OpenSSL
package import Storage
import Synchronization
import Wire

/// The keys of a ledger, wrapped, outside its tables: data keys, MAC keys, signing keys, the checkpoint key.
///
/// The operator's key-encryption key wraps one epoch key, and that wraps every other. New keys are staged in memory and
/// written in one file before the entries that need them, so no entry ever stands without its key. A destroyed key
/// leaves a tombstone: its identifier is never given out again.
package final class KeyStore: Sendable {
    struct State {
        var known: [String: Stored] = [:]
        var staged: [(id: String, wrapped: [UInt8])] = []
        /// Keys that count as destroyed though their bytes are still to go.
        var condemned: Set<String> = []
        var nextBundle = 1
        /// How many keys each bundle holds, tombstones included.
        var bundles: [Int: Int] = [:]
        /// Bundles that others replace, and that are still to be destroyed.
        var leftovers: [Int] = []
        /// Told of each key that is destroyed.
        var whenDestroyed: (@Sendable (String) -> Void)?
        /// What wraps and opens; `nil` in a sealed store.
        var epoch: EpochKey?
        /// The files that there were when they were looked at again.
        var seenNames: Set<String> = []
    }

    enum Stored {
        case wrapped([UInt8], epoch: Int, bundle: Int)
        case destroyed
    }

    let folder: SmallFiles
    let random: @Sendable (Int) -> [UInt8]
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
        let files = try KeyFiles(of: folder)
        guard files.lastNumber < KeyBundle.numberMax / 2 else {
            throw LedgerFault.keys(
                "keys/\(KeyBundle.name(files.lastNumber)) is none that a ledger comes to; move it away"
            )
        }
        let stale = state.withLock { $0.learn(files) }
        do throws(StorageError) {
            try removeLeftovers()
            // Though nothing may be left of it: what is destroyed half-way must be named by another, or it is damage.
            for (number, rest) in stale { try replace(number, by: rest) }
        } catch {
            // A process that only reads leaves it to the next that writes, and a full disk to one that finds room: what
            // is left over is known as such wherever it lies.
            guard error.kind == .readOnly || error.kind == .full else { throw error }
        }
    }

    package var isSealed: Bool { state.withLock { $0.epoch == nil } }

    /// The key of that name; `nil` when there is none, when it was destroyed, or when the store is sealed.
    package func key(_ id: String) -> [UInt8]? {
        if state.withLock({ $0.epoch != nil && $0.known[id] == nil }) { lookAgain() }
        let (epoch, wrapped) = state.withLock { state -> (EpochKey?, (bytes: [UInt8], epoch: Int)?) in
            guard let epoch = state.epoch, !state.condemned.contains(id) else { return (nil, nil) }
            if case .wrapped(let bytes, let number, _)? = state.known[id] { return (epoch, (bytes, number)) }
            return (epoch, state.staged.first { $0.id == id }.map { ($0.wrapped, epoch.number) })
        }
        guard let epoch, let wrapped else { return nil }
        return epoch.unwrap(wrapped.bytes, id: id, epoch: wrapped.epoch)
    }

    package func isDestroyed(_ id: String) -> Bool {
        state.withLock { state in
            if case .destroyed? = state.known[id] { true } else { state.condemned.contains(id) }
        }
    }

    /// The names of the keys there are, in the order of their bytes.
    package func names(prefix: String) -> [String] {
        state.withLock { state in
            state.known.compactMap { id, stored in
                guard case .wrapped = stored, id.hasPrefix(prefix) else { return nil }
                return id
            }
        }.sorted { $0.bytesPrecede($1) }
    }

    /// Puts a new key beside the others; it is durable after `flush`.
    package func stage(_ id: String, _ key: [UInt8]) {
        guard let epoch = state.withLock({ $0.epoch }) else {
            preconditionFailure("a sealed key store makes no keys")
        }
        let wrapped = epoch.wrap(key, id: id, nonce: random(AES256GCM.nonceBytes))
        state.withLock { state in
            precondition(state.known[id] == nil, "a key's name is given once")
            state.staged.append((id, wrapped))
        }
    }

    /// A key of 32 random bytes under that name, made when there is none; `nil` when it was destroyed.
    ///
    /// - Throws: `LedgerFault.keys` when there is one and it does not open: no other may take its name.
    package func dataKey(_ id: String) throws -> [UInt8]? {
        if let key = key(id) { return key }
        if isDestroyed(id) { return nil }
        guard !holds(id) else {
            throw LedgerFault.keys("the key \(id) does not open; restore the keys from their backup")
        }
        let made = random(32)
        stage(id, made)
        return made
    }

    /// Makes what was staged durable.
    ///
    /// A no-op when nothing was.
    package func flush() throws {
        let (staged, number, epoch) = state.withLock { state in
            if !state.staged.isEmpty { state.nextBundle += 1 }
            return (state.staged, state.nextBundle - 1, state.epoch?.number ?? EpochKey.first)
        }
        guard !staged.isEmpty else { return }
        let bundle = KeyBundle(records: staged.map { .init(id: $0.id, wrapped: $0.wrapped) }, epoch: epoch)
        try folder.write(KeyBundle.name(number), bundle.encoded, mode: 0o600)
        state.withLock { state in
            for record in bundle.records { state.known[record.id] = Stored(record, of: bundle, number) }
            state.staged.removeFirst(staged.count)
            state.bundles[number] = bundle.records.count
        }
        tidy()
    }

    /// Forgets what was staged: the entries that needed it were not written.
    package func discardStaged() {
        state.withLock { $0.staged.removeAll() }
    }

    /// Forgets one staged key, if it is still only staged.
    func discardStaged(_ id: String) {
        state.withLock { state in state.staged.removeAll { $0.id.bytesEqual(id) } }
    }

    /// Whether there is a key of that name, written or staged; a destroyed one is none.
    func holds(_ id: String) -> Bool {
        state.withLock { state in
            if state.condemned.contains(id) { return false }
            if case .wrapped? = state.known[id] { return true }
            return state.staged.contains { $0.id.bytesEqual(id) }
        }
    }

    /// Destroys a key for ever, durably: a tombstone takes its place, and its bytes are overwritten where they lay.
    ///
    /// The entry that announces it (`data_key.destroyed`) is durable before. Destroying twice changes nothing.
    package func destroy(_ id: String) throws {
        if holds(id), state.withLock({ $0.known[id] == nil }) { try flush() }
        guard case .wrapped(_, _, let number)? = state.withLock({ $0.known[id] }) else {
            // Its tombstone may stand while what it replaced could not be overwritten yet.
            try removeLeftovers()
            return
        }
        guard let bytes = try folder.read(KeyBundle.name(number)) else { return }
        var bundle = try standing(in: KeyBundle(decoding: bytes), number)
        bundle.bury(id)
        // Whatever becomes of the last step: the tombstone counts from here on, so what was opened goes now.
        defer { if isDestroyed(id) { state.withLock { $0.whenDestroyed }?(id) } }
        try replace(number, by: bundle)
    }

    /// Lets one be told of each key as soon as it is destroyed: whoever keeps what was opened with it drops that.
    package func whenDestroyed(_ body: @escaping @Sendable (_ id: String) -> Void) {
        state.withLock { $0.whenDestroyed = body }
    }

    /// Puts a bundle in the place of another, which is destroyed.
    ///
    /// So are those before it that were merged into that one and have its keys too.
    func replace(_ number: Int, by bundle: KeyBundle) throws(StorageError) {
        try write(bundle, inPlaceOf: [number])
        try removeLeftovers()
    }

    /// Writes a bundle that replaces others, which are leftovers from here on.
    ///
    /// The new file first: to overwrite the only one would risk every key in it in a power cut.
    func write(_ bundle: KeyBundle, inPlaceOf numbers: [Int]) throws(StorageError) {
        var bundle = bundle
        bundle.replaced = numbers
        let next = state.withLock { state in
            defer { state.nextBundle += 1 }
            return state.nextBundle
        }
        try folder.write(KeyBundle.name(next), bundle.encoded, mode: 0o600)
        state.withLock { state in
            for record in bundle.records { state.known[record.id] = Stored(record, of: bundle, next) }
            for number in numbers { state.bundles[number] = nil }
            state.bundles[next] = bundle.records.count
            state.leftovers += numbers
        }
    }
}

extension KeyStore.Stored {
    init(_ record: KeyBundle.Record, of bundle: KeyBundle, _ number: Int) {
        self = record.wrapped.map { .wrapped($0, epoch: bundle.epoch, bundle: number) } ?? .destroyed
    }
}
