import Storage
import Synchronization
import Wire

// Each commit that makes keys makes a bundle. Small ones become one before there are too many: a start reads them all.
extension KeyStore {
    /// So many small bundles lie beside each other before they are merged.
    package static let smallBundlesMax = 64
    /// A bundle of so many keys stays as it is: to destroy one of them is to write them all.
    package static let mergedKeysMin = 512
    /// How many replaced bundles a flush destroys: each waits for the disk, and so does the commit behind it.
    private static let leftoversPerFlush = 4

    /// Merges when it is time, and goes on destroying what was merged.
    ///
    /// Every key is durable as it is, so no commit fails for this: what cannot be done now is done later.
    func tidy() {
        do throws(StorageError) {
            try removeLeftovers(atMost: Self.leftoversPerFlush)
            try mergeSmallBundles()
        } catch {
            return
        }
    }

    private func mergeSmallBundles() throws(StorageError) {
        let (small, epoch) = state.withLock { state in
            (state.bundles.filter { $0.value < Self.mergedKeysMin }.map(\.key).sorted(), state.epoch?.number)
        }
        guard small.count >= Self.smallBundlesMax, let epoch else { return }
        var merged = KeyBundle(records: [], epoch: epoch)
        var numbers: [Int] = []
        for number in small where merged.records.count < Self.mergedKeysMin {
            // One that was wrapped under an older epoch, or cannot be read, stays by itself.
            guard let bytes = try folder.read(KeyBundle.name(number)), let bundle = try? KeyBundle(decoding: bytes),
                bundle.epoch == epoch
            else { continue }
            merged.records += standing(in: bundle, number).records
            numbers.append(number)
        }
        guard numbers.count > 1 else { return }
        try write(merged, inPlaceOf: numbers)
    }

    /// What of a bundle still counts: the keys that stand in it and in no newer one, and tombstones.
    ///
    /// Its file may have more than that, until a start finds the room to tidy it: a key that is copied from there would
    /// come back from its destruction.
    func standing(in bundle: KeyBundle, _ number: Int) -> KeyBundle {
        var rest = bundle
        rest.records = state.withLock { state in
            bundle.records.compactMap { record in
                switch state.known[record.id] {
                case .wrapped(_, _, number)?: record
                case .wrapped?, nil: nil
                case .destroyed?: KeyBundle.Record(id: record.id, wrapped: nil)
                }
            }
        }
        return rest
    }

    /// Destroys bundles that others replace.
    func removeLeftovers(atMost limit: Int = .max) throws(StorageError) {
        for number in state.withLock({ Array($0.leftovers.prefix(limit)) }) {
            try folder.destroy(KeyBundle.name(number))
            state.withLock { state in state.leftovers.removeAll { $0 == number } }
        }
    }
}
