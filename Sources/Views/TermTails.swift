/// The ends of those terms that the commands of one commit touched: each is written once, however many entries it got.
struct TermTails {
    private struct Tail {
        /// The block that takes the next entry; nil before the term's first.
        var block: TermBlock?
        var number: UInt32
        var filled: [(number: UInt32, block: TermBlock)] = []

        mutating func append(_ index: UInt64) {
            // Taken out while it changes, so that its bytes have one owner and are changed in place.
            guard var last = block.take() else {
                block = TermBlock(first: index)
                return
            }
            if last.isFull, last.last != index {
                filled.append((number, last))
                number += 1
                last = TermBlock(first: index)
            } else {
                last.append(index)
            }
            block = last
        }
    }

    private var tails: [Term: Tail] = [:]

    var isEmpty: Bool { tails.isEmpty }

    func isOpen(_ term: Term) -> Bool { tails[term] != nil }

    /// Adds an entry; false when the end of the term is not known yet.
    mutating func append(_ index: UInt64, to term: Term) -> Bool {
        guard let place = tails.index(forKey: term) else { return false }
        tails.values[place].append(index)
        return true
    }

    /// Says what is on disk for a term that is touched for the first time.
    mutating func open(_ term: Term, at last: (number: UInt32, block: TermBlock)?) {
        tails[term] = Tail(block: last?.block, number: last?.number ?? 0)
    }

    /// The rows to write, in the order of their keys.
    mutating func drain() -> [(key: [UInt8], value: [UInt8])] {
        var rows: [(key: [UInt8], value: [UInt8])] = []
        rows.reserveCapacity(tails.count)
        for (term, tail) in tails {
            for (number, block) in tail.filled { rows.append((term.key(block: number), block.bytes)) }
            if let block = tail.block { rows.append((term.key(block: tail.number), block.bytes)) }
        }
        tails.removeAll(keepingCapacity: true)
        return rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
