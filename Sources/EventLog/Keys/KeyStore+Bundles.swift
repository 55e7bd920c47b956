import Storage
import Synchronization
import Wire

// Keys as they lie in the files.
extension KeyStore {
    /// The record of a key, read where it lies; `nil` where there is none of that name.
    ///
    /// What is not there may have been put elsewhere meanwhile, by this process or by another that owns the files.
    ///
    /// - Throws: `LedgerFault.keys` naming a bundle that is not as it was when it was read through.
    func stored(_ id: String) throws -> (record: KeyBundle.Record, found: KeyPlaces.Found)? {
        let hash = hash.of(id)
        var found = state.withLock { $0.places.find(hash) }
        for _ in 0..<Self.attemptsMax {
            var lost: KeyPlaces.Found?
            for place in found {
                if let record = try record(at: place) {
                    if record.id.bytesEqual(id) { return (record, place) }
                } else {
                    lost = place
                }
            }
            guard let lost else { return nil }
            let before = found
            found = state.withLock { $0.places.find(hash) }
            if found == before {
                guard readAgain() else { throw KeyBundle.damaged(lost.number) }
                found = state.withLock { $0.places.find(hash) }
            }
        }
        throw LedgerFault.keys("keys/ changes faster than it can be read; try again")
    }

    /// - Returns: `nil` where something else lies than what was read through.
    func record(at found: KeyPlaces.Found) throws(StorageError) -> KeyBundle.Record? {
        let range = found.place.bytes
        let bytes = try folder.read(KeyBundle.name(found.number), from: range.lowerBound, count: range.count)
        guard let bytes, let record = try? KeyBundle.Record(decoding: bytes), hash.of(record.id) == found.hash,
            (record.wrapped == nil) == found.place.isDestroyed
        else { return nil }
        return record
    }

    /// What of a bundle still counts: the keys and tombstones that stand in it and in no newer one.
    ///
    /// Its file may have more than that, until a start finds free space to tidy it: a key that is copied from there
    /// would come back from its destruction.
    ///
    /// - Returns: `nil` where it is not as it was when it was read through.
    func standing(_ number: Int) throws(StorageError) -> KeyBundle? {
        guard let bytes = try folder.read(KeyBundle.name(number)), var bundle = try? KeyBundle(decoding: bytes) else {
            return nil
        }
        let isWhole = state.withLock { [hash] state in
            bundle.records.removeAll { record in
                let place = KeyPlace(record.bytes, isDestroyed: record.wrapped == nil)
                return !state.places.stands(KeyOutline.Key(hash: hash.of(record.id), place: place), in: number)
            }
            return bundle.records.count == state.places.count(in: number)
        }
        return isWhole ? bundle : nil
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
        let bytes = bundle.encoded
        try folder.write(KeyBundle.name(next), bytes, mode: 0o600)
        let keys = keys(in: bytes)
        state.withLock { state in
            state.places.replace(numbers, by: keys, next, epoch: bundle.epoch)
            state.leftovers += numbers
        }
    }

    /// Where the keys of a bundle lie that was written just now, by us.
    func keys(in bytes: [UInt8]) -> [KeyOutline.Key] {
        guard let outline = try? KeyOutline(bytes, hash) else {
            preconditionFailure("a bundle reads back as it is written")
        }
        return outline.keys
    }
}
