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
        var nextBundle = 1
        /// What wraps and opens; `nil` in a sealed store.
        var epoch: EpochKey?
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
        let numbers = try folder.list().compactMap(KeyBundle.number).sorted()
        var replaced: Set<Int> = []
        // The newest first: a bundle that another replaces is not read, for its destruction may have been interrupted.
        for number in numbers.reversed() where !replaced.contains(number) {
            guard let bytes = try folder.read(KeyBundle.name(number)) else { continue }
            let bundle = try KeyBundle(decoding: bytes)
            if let old = bundle.replaced { replaced.insert(old) }
            state.withLock { state in
                for record in bundle.records where state.known[record.id] == nil {
                    state.known[record.id] = Stored(record, of: bundle, number)
                }
                state.nextBundle = max(state.nextBundle, number + 1)
            }
        }
        // A process that only reads leaves it to the next that writes.
        for number in numbers where replaced.contains(number) {
            do throws(StorageError) {
                try folder.destroy(KeyBundle.name(number))
            } catch {
                guard error.kind == .readOnly else { throw error }
            }
        }
    }

    package var isSealed: Bool { state.withLock { $0.epoch == nil } }

    /// The key of that name; `nil` when there is none, when it was destroyed, or when the store is sealed.
    package func key(_ id: String) -> [UInt8]? {
        let (epoch, wrapped) = state.withLock { state -> (EpochKey?, (bytes: [UInt8], epoch: Int)?) in
            guard let epoch = state.epoch else { return (nil, nil) }
            if case .wrapped(let bytes, let number, _)? = state.known[id] { return (epoch, (bytes, number)) }
            return (epoch, state.staged.first { $0.id == id }.map { ($0.wrapped, epoch.number) })
        }
        guard let epoch, let wrapped else { return nil }
        return epoch.unwrap(wrapped.bytes, id: id, epoch: wrapped.epoch)
    }

    package func isDestroyed(_ id: String) -> Bool {
        state.withLock { state in
            if case .destroyed? = state.known[id] { true } else { false }
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
        }
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
            if case .wrapped? = state.known[id] { return true }
            return state.staged.contains { $0.id.bytesEqual(id) }
        }
    }

    /// Destroys a key for ever, durably: a tombstone takes its place, and its bytes are overwritten where they lay.
    ///
    /// The entry that announces it (`data_key.destroyed`) is durable before. Destroying twice changes nothing.
    package func destroy(_ id: String) throws {
        if holds(id), state.withLock({ $0.known[id] == nil }) { try flush() }
        guard case .wrapped(_, _, let number)? = state.withLock({ $0.known[id] }) else { return }
        guard let bytes = try folder.read(KeyBundle.name(number)) else { return }
        var bundle = try KeyBundle(decoding: bytes)
        bundle.bury(id)
        try replace(number, by: bundle)
    }

    /// Puts a bundle in the place of another, which is destroyed.
    func replace(_ number: Int, by bundle: KeyBundle) throws {
        var bundle = bundle
        bundle.replaced = number
        // The new file first: to overwrite the only one would risk every key in it in a power cut.
        let next = state.withLock { state in
            defer { state.nextBundle += 1 }
            return state.nextBundle
        }
        try folder.write(KeyBundle.name(next), bundle.encoded, mode: 0o600)
        state.withLock { state in
            for record in bundle.records { state.known[record.id] = Stored(record, of: bundle, next) }
        }
        try folder.destroy(KeyBundle.name(number))
    }
}

extension KeyStore.Stored {
    init(_ record: KeyBundle.Record, of bundle: KeyBundle, _ number: Int) {
        self = record.wrapped.map { .wrapped($0, epoch: bundle.epoch, bundle: number) } ?? .destroyed
    }
}
