/// Texts numbered in the order in which they were first met, kept as bytes in one block.
///
/// A ledger names the same chains and streams over and over. Looking them up by a lent span makes no `String` of them,
/// and compares bytes, as the format asks. A name costs its bytes and about 24 more.
struct NameTable {
    private var arena: [UInt8] = []
    private var ends = [0]
    /// Open addressing with a power of two of places; -1 is free, anything else the number of a name.
    private var slots = [Int32](repeating: -1, count: 64)

    var count: Int { ends.count - 1 }

    func bytes(of number: Int) -> [UInt8] { Array(arena[ends[number]..<ends[number + 1]]) }

    func text(of number: Int) -> String { String(decoding: bytes(of: number), as: UTF8.self) }

    func find(_ name: Span<UInt8>) -> Int? {
        let number = slots[slot(for: name)]
        return number < 0 ? nil : Int(number)
    }

    /// The number of a name, which is given one when it is new.
    mutating func number(of name: Span<UInt8>) -> Int {
        let slot = slot(for: name)
        if slots[slot] >= 0 { return Int(slots[slot]) }
        let number = count
        for place in name.indices { arena.append(name[place]) }
        ends.append(arena.count)
        slots[slot] = Int32(number)
        if count * 2 > slots.count { grow() }
        return number
    }

    /// Where the name stands, or the free place where it belongs.
    private func slot(for name: Span<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = hash(name) & mask
        while slots[slot] >= 0, !isNumber(Int(slots[slot]), name) { slot = (slot + 1) & mask }
        return slot
    }

    private func isNumber(_ number: Int, _ name: Span<UInt8>) -> Bool {
        let start = ends[number]
        guard ends[number + 1] - start == name.count else { return false }
        for place in name.indices where arena[start + place] != name[place] { return false }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for number in 0..<count {
            var slot = hash(arena.span.extracting(ends[number]..<ends[number + 1])) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(number)
        }
    }

    /// From Swift's own hasher, so it differs from run to run: nobody can write a ledger whose names all collide.
    private let seed = UInt64(bitPattern: Int64(Hasher().finalize())) | 1

    /// Multiplies eight bytes at a time into 128 bits and folds them, which a processor does in a few steps.
    private func hash(_ name: Span<UInt8>) -> Int {
        var sum = seed &+ UInt64(truncatingIfNeeded: name.count)
        var place = 0
        while place < name.count {
            var word: UInt64 = 0
            let end = min(place + 8, name.count)
            while place < end {
                word = word << 8 | UInt64(name[place])
                place += 1
            }
            let product = (sum ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
            sum = product.high ^ product.low ^ sum
        }
        return Int(truncatingIfNeeded: sum ^ sum >> 32)
    }
}
