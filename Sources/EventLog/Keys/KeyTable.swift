/// Where each key of a store lies, found by a keyed hash of its name.
///
/// A key takes sixteen bytes and its share of the free places: 21 to 32 bytes in all. Open addressing: a hash has its
/// home where it stands between the smallest and the largest, and lies there or in a place that follows.
struct KeyTable {
    private struct Slot {
        var hash: UInt64
        var place: KeyPlace
    }

    /// The places of one hash: nearly never are there several, which only the names there can tell apart.
    enum Found {
        case none
        case one(KeyPlace)
        case several([KeyPlace])
    }

    private static let free = Slot(hash: 0, place: .none)
    private static let capacityMin = 64

    private var slots = [Slot](repeating: free, count: capacityMin)
    private(set) var count = 0
    /// What ``approach(_:)`` has read, so that it must be read.
    private var approached: UInt64 = 0

    var bytes: Int { slots.count * MemoryLayout<Slot>.stride }

    /// How many keys are not destroyed.
    var livingCount: Int { slots.count { $0.place != .none && !$0.place.isDestroyed } }

    func find(_ hash: UInt64) -> Found {
        var found = Found.none
        var position = home(of: hash)
        while slots[position].place != .none {
            if slots[position].hash == hash {
                let place = slots[position].place
                switch found {
                case .none: found = .one(place)
                case .one(let first): found = .several([first, place])
                case .several(let others): found = .several(others + [place])
                }
            }
            position = next(position)
        }
        return found
    }

    /// Reads the homes of hashes that are about to be looked for.
    ///
    /// They lie far apart in memory, and so a processor waits for each. Read one behind the other, with nothing to be
    /// decided in between, it waits for many together.
    @inline(never)
    mutating func approach(_ hashes: some Sequence<UInt64>) {
        approached = hashes.reduce(approached) { $0 ^ slots[home(of: $1)].hash }
    }

    func contains(_ hash: UInt64, _ place: KeyPlace) -> Bool {
        position(of: hash) { $0 == place } != nil
    }

    /// Grows so that so many keys fill three quarters of it.
    mutating func reserve(_ keys: Int) {
        let capacity = keys * 4 / 3 + 1
        if capacity > slots.count { resize(to: capacity) }
    }

    mutating func insert(_ hash: UInt64, _ place: KeyPlace) {
        if (count + 1) * 4 > slots.count * 3 { resize(to: slots.count * 3 / 2) }
        put(Slot(hash: hash, place: place))
        count += 1
    }

    /// Gives a key another place, if it has one that is to be left.
    mutating func move(_ hash: UInt64, to place: KeyPlace, from isLeft: (KeyPlace) -> Bool) -> Bool {
        guard let position = position(of: hash, where: isLeft) else { return false }
        slots[position].place = place
        return true
    }

    private func position(of hash: UInt64, where isWanted: (KeyPlace) -> Bool) -> Int? {
        var position = home(of: hash)
        while slots[position].place != .none {
            if slots[position].hash == hash, isWanted(slots[position].place) { return position }
            position = next(position)
        }
        return nil
    }

    private mutating func put(_ slot: Slot) {
        var position = home(of: slot.hash)
        while slots[position].place != .none { position = next(position) }
        slots[position] = slot
    }

    private mutating func resize(to capacity: Int) {
        let old = slots
        slots = [Slot](repeating: Self.free, count: capacity)
        for slot in old where slot.place != .none { put(slot) }
    }

    private func home(of hash: UInt64) -> Int { Int(hash.multipliedFullWidth(by: UInt64(slots.count)).high) }

    private func next(_ position: Int) -> Int { position + 1 < slots.count ? position + 1 : 0 }
}
