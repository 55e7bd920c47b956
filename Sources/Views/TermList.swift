import Storage

/// The entries of one term, found by index and by position without being read one after the other.
struct TermList {
    private let reader: any RowReader
    private let term: Term
    /// The number of blocks; all but the last are full.
    private let blocks: UInt32
    let count: Int
    private var number: UInt32
    private var indexes: [UInt64]

    /// Nil when the term has no entries.
    init?(_ term: Term, in reader: any RowReader) throws {
        self.reader = reader
        self.term = term
        let last = try reader.nearest(
            .terms,
            to: term.key(block: .max),
            .backward,
            prefix: term.prefix,
            suffixBytes: 4
        )
        guard let last else { return nil }
        guard let indexes = TermBlock(last.value)?.indexes else { throw reader.damage(.terms, last.key) }
        self.indexes = indexes
        number = Term.block(ofKey: last.key)
        blocks = number + 1
        count = Int(number) * TermBlock.entriesMax + indexes.count
    }

    /// The entry at a position, from 0.
    mutating func index(at position: Int) throws -> UInt64 {
        try load(UInt32(position / TermBlock.entriesMax))
        let place = position % TermBlock.entriesMax
        guard indexes.indices.contains(place) else { throw damage(number) }
        return indexes[place]
    }

    /// How many entries stand up to an index, that index included.
    mutating func rank(_ index: UInt64) throws -> Int {
        try seek(index)
        var (low, high) = (0, indexes.count)
        while low < high {
            let middle = (low + high) / 2
            if indexes[middle] <= index { low = middle + 1 } else { high = middle }
        }
        return Int(number) * TermBlock.entriesMax + low
    }

    /// Loads the last block that begins at or before an index, or the first of all.
    ///
    /// Walks ask for what is near what they asked before, so the neighbours are tried first.
    private mutating func seek(_ index: UInt64) throws {
        var (low, high) = (UInt32(0), blocks - 1)
        if indexes[0] <= index {
            low = number
            if number == blocks - 1 || indexes[indexes.count - 1] >= index { return }
        } else {
            if number == 0 { return }
            high = number - 1
            try load(high)
            if indexes[0] <= index { return }
        }
        while low < high {
            let middle = low + (high - low + 1) / 2
            try load(middle)
            if indexes[0] <= index { low = middle } else { high = middle - 1 }
        }
        try load(low)
    }

    private mutating func load(_ wanted: UInt32) throws {
        if wanted == number { return }
        let key = term.key(block: wanted)
        guard let row = try reader.row(.terms, key), let loaded = TermBlock(row)?.indexes,
            loaded.count == TermBlock.entriesMax || wanted == blocks - 1
        else { throw damage(wanted) }
        (number, indexes) = (wanted, loaded)
    }

    private func damage(_ block: UInt32) -> ViewFault { reader.damage(.terms, term.key(block: block)) }
}
