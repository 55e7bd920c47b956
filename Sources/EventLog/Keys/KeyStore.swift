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
    private struct State {
        var known: [String: Stored] = [:]
        var staged: [(id: String, wrapped: [UInt8])] = []
        var nextBundle = 1
    }

    private enum Stored {
        case wrapped([UInt8], bundle: Int)
        case destroyed
    }

    private let folder: SmallFiles
    private let epoch: EpochKey?
    private let random: @Sendable (Int) -> [UInt8]
    /// Guards what is known and what is staged; the writer stages and flushes, any thread looks up.
    private let state = Mutex(State())

    /// Opens what is there; without the epoch key (`nil`) it tells which keys exist and opens none.
    package init(
        folder: SmallFiles, epoch: EpochKey?, random: @escaping @Sendable (Int) -> [UInt8],
    ) throws {
        self.folder = folder
        self.epoch = epoch
        self.random = random
        let bundles = try folder.list().compactMap(KeyBundle.number).sorted()
        for number in bundles {
            guard let bytes = try folder.read(KeyBundle.name(number)) else { continue }
            let bundle = try KeyBundle(decoding: bytes)
            state.withLock { state in
                for record in bundle.records {
                    state.known[record.id] = record.wrapped.map { .wrapped($0, bundle: number) } ?? .destroyed
                }
                state.nextBundle = number + 1
            }
        }
    }

    package var isSealed: Bool { epoch == nil }

    /// The key of that name; `nil` when there is none, when it was destroyed, or when the store is sealed.
    package func key(_ id: String) -> [UInt8]? {
        guard let epoch else { return nil }
        let wrapped = state.withLock { state -> [UInt8]? in
            if case .wrapped(let bytes, _)? = state.known[id] { return bytes }
            return state.staged.first { $0.id == id }?.wrapped
        }
        return wrapped.flatMap { epoch.unwrap($0, id: id) }
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
        guard let epoch else { preconditionFailure("a sealed key store makes no keys") }
        let wrapped = epoch.wrap(key, id: id, nonce: random(AES256GCM.nonceBytes))
        state.withLock { state in
            precondition(state.known[id] == nil, "a key's name is given once")
            state.staged.append((id, wrapped))
        }
    }

    /// A key of 32 random bytes under that name, made when there is none; `nil` when it was destroyed.
    package func dataKey(_ id: String) -> [UInt8]? {
        if let key = key(id) { return key }
        if isDestroyed(id) { return nil }
        let made = random(32)
        stage(id, made)
        return made
    }

    /// Makes what was staged durable. A no-op when nothing was.
    package func flush() throws {
        let (staged, number) = state.withLock { ($0.staged, $0.nextBundle) }
        guard !staged.isEmpty else { return }
        let bundle = KeyBundle(records: staged.map { .init(id: $0.id, wrapped: $0.wrapped) })
        try folder.write(KeyBundle.name(number), bundle.encoded, mode: 0o600)
        state.withLock { state in
            for (id, wrapped) in staged { state.known[id] = .wrapped(wrapped, bundle: number) }
            state.staged.removeFirst(staged.count)
            state.nextBundle = number + 1
        }
    }

    /// Forgets what was staged: the entries that needed it were not written.
    package func discardStaged() {
        state.withLock { $0.staged.removeAll() }
    }

    /// Destroys a key for ever, durably: its bytes are overwritten where they lie and a tombstone takes their place.
    ///
    /// The entry that announces it (`data_key.destroyed`) is durable before. Destroying twice changes nothing.
    package func destroy(_ id: String) throws {
        guard case .wrapped(_, let number)? = state.withLock({ $0.known[id] }) else { return }
        guard let bytes = try folder.read(KeyBundle.name(number)) else { return }
        var bundle = try KeyBundle(decoding: bytes)
        bundle.bury(id)
        try folder.overwrite(KeyBundle.name(number), bundle.encoded)
        state.withLock { $0.known[id] = .destroyed }
    }
}
