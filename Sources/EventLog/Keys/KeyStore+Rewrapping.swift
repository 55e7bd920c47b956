import OpenSSL
import Storage
import Synchronization
import Wire

extension KeyStore {
    /// Wraps every key anew under a new epoch key, and destroys the old one: copies of the old wrappings open no more.
    ///
    /// Only while nobody else uses the store. An interruption at any step leaves every key open: the new epoch's key is
    /// durable before anything is wrapped with it, each bundle is destroyed only behind the one that replaces it, and
    /// the old epoch's key goes when nothing is wrapped with it any more. Doing it again takes up whatever was left.
    ///
    /// - Returns: how many keys there are.
    @discardableResult
    package func rewrap(keyEncryptionKey: [UInt8]) throws -> Int {
        guard let old = state.withLock({ $0.epoch }) else { throw LedgerFault.keys("a sealed key store wraps nothing") }
        precondition(state.withLock { $0.staged.isEmpty }, "what is staged would be wrapped under the epoch that goes")
        // What others replace is not wrapped anew: it may have keys that were destroyed since.
        try removeLeftovers()
        let numbers = try folder.list().compactMap(KeyBundle.number).sorted()
        // Everything is opened before anything is written: a key that does not open is damage, and stops this here.
        for number in numbers {
            let bundle = try whole(number)
            for record in bundle.records { _ = try Self.opened(record, of: bundle, by: old) }
        }
        let fresh = try old.next(in: folder, keyEncryptionKey: keyEncryptionKey, random: random)
        state.withLock { $0.epoch = fresh }
        for number in numbers { try replace(number, by: rewrapped(whole(number), fresh)) }
        for number in try folder.list().compactMap(EpochKey.number) where number < fresh.number {
            try folder.destroy(EpochKey.fileName(number))
        }
        return count
    }

    private func whole(_ number: Int) throws -> KeyBundle {
        guard let bundle = try standing(number) else { throw KeyBundle.damaged(number) }
        return bundle
    }

    private func rewrapped(_ bundle: KeyBundle, _ fresh: EpochKey) throws -> KeyBundle {
        var anew = KeyBundle(records: [], epoch: fresh.number)
        for record in bundle.records {
            let wrapped = try Self.opened(record, of: bundle, by: fresh).map { key in
                fresh.wrap(key, id: record.id, nonce: random(AES256GCM.nonceBytes))
            }
            anew.records.append(KeyBundle.Record(id: record.id, wrapped: wrapped))
        }
        return anew
    }

    /// - Returns: `nil` for a tombstone.
    private static func opened(
        _ record: KeyBundle.Record,
        of bundle: KeyBundle,
        by epoch: EpochKey,
    ) throws -> [UInt8]? {
        guard let wrapped = record.wrapped else { return nil }
        guard let key = epoch.unwrap(wrapped, id: record.id, epoch: bundle.epoch) else {
            throw LedgerFault.keys("the key \(record.id) does not open")
        }
        return key
    }
}
