/// The rows of one simulated table, in the order of their keys.
///
/// They stand in short blocks, so that a copy shares all blocks with its original and a change copies one. This is what
/// gives each simulated transaction a moment of its own at little cost.
struct SortedRows: Sendable {
    struct Row: Sendable {
        let key: [UInt8]
        var value: [UInt8]
    }

    private struct Place {
        var block: Int
        var row: Int
    }

    private static let blockRowsMax = 64

    /// No block is empty.
    private var blocks: [[Row]] = []
    private(set) var count = 0
    private(set) var bytes = 0

    var blockCount: Int { blocks.count }

    var lastKey: [UInt8]? { blocks.last?.last?.key }

    func value(of key: [UInt8]) -> [UInt8]? {
        let place = firstPlace(atOrAfter: key)
        guard let row = row(at: place), row.key == key else { return nil }
        return row.value
    }

    mutating func set(_ key: [UInt8], _ value: [UInt8]) {
        let place = firstPlace(atOrAfter: key)
        if let old = row(at: place), old.key == key {
            bytes += value.count - old.value.count
            blocks[place.block][place.row].value = value
            return
        }
        count += 1
        bytes += key.count + value.count
        insert(Row(key: key, value: value), at: place)
    }

    mutating func remove(_ key: [UInt8]) -> Bool {
        let place = firstPlace(atOrAfter: key)
        guard let old = row(at: place), old.key == key else { return false }
        count -= 1
        bytes -= old.key.count + old.value.count
        blocks[place.block].remove(at: place.row)
        if blocks[place.block].isEmpty { blocks.remove(at: place.block) }
        return true
    }

    private mutating func insert(_ row: Row, at place: Place) {
        guard place.block < blocks.count else {
            blocks.append([row])
            return
        }
        blocks[place.block].insert(row, at: place.row)
        guard blocks[place.block].count > Self.blockRowsMax else { return }
        let half = Array(blocks[place.block][(Self.blockRowsMax / 2)...])
        blocks[place.block].removeSubrange((Self.blockRowsMax / 2)...)
        blocks.insert(half, at: place.block + 1)
    }

    /// Where the key stands or would have to stand: the end of the last block that begins before it, or its inside.
    private func firstPlace(atOrAfter key: [UInt8]) -> Place {
        let begun = blocks.partitionPoint { !key.precedes($0[0].key) }
        guard begun > 0 else { return Place(block: 0, row: 0) }
        let block = blocks[begun - 1]
        return Place(block: begun - 1, row: block.partitionPoint { $0.key.precedes(key) })
    }

    private func row(at place: Place) -> Row? {
        guard place.block < blocks.count, place.row < blocks[place.block].count else { return nil }
        return blocks[place.block][place.row]
    }
}

extension SortedRows {
    func walkForward(from key: [UInt8]?, _ body: (Row) -> Bool) {
        var place = key.map { firstPlace(atOrAfter: $0) } ?? Place(block: 0, row: 0)
        while place.block < blocks.count {
            for row in blocks[place.block][place.row...] {
                guard body(row) else { return }
            }
            place = Place(block: place.block + 1, row: 0)
        }
    }

    func walkBackward(from key: [UInt8]?, _ body: (Row) -> Bool) {
        var place = Place(block: blocks.count - 1, row: (blocks.last?.count ?? 0) - 1)
        if let key {
            place = firstPlace(atOrAfter: key)
            if row(at: place)?.key != key { place.row -= 1 }
        }
        while place.block >= 0, place.block < blocks.count {
            for row in blocks[place.block][..<(place.row + 1)].reversed() {
                guard body(row) else { return }
            }
            place.block -= 1
            if place.block >= 0 { place.row = blocks[place.block].count - 1 }
        }
    }
}

extension Array {
    /// The number of leading elements that satisfy a condition which, once false, stays false.
    fileprivate func partitionPoint(_ isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
