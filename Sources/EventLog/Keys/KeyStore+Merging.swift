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
            (state.places.bundles(ofFewerThan: Self.mergedKeysMin), state.epoch?.number)
        }
        guard small.count >= Self.smallBundlesMax, let epoch else { return }
        var merged = KeyBundle(records: [], epoch: epoch)
        var numbers: [Int] = []
        for number in small where merged.records.count < Self.mergedKeysMin {
            // One that was wrapped under an older epoch, or cannot be read, stays by itself.
            guard let bundle = try standing(number), bundle.epoch == epoch else { continue }
            merged.records += bundle.records
            numbers.append(number)
        }
        guard numbers.count > 1 else { return }
        try write(merged, inPlaceOf: numbers)
    }

    /// Destroys bundles that others replace.
    func removeLeftovers(atMost limit: Int = .max) throws(StorageError) {
        for number in state.withLock({ Array($0.leftovers.prefix(limit)) }) {
            try folder.destroy(KeyBundle.name(number))
            state.withLock { state in state.leftovers.removeAll { $0 == number } }
        }
    }
}
