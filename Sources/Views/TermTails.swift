/// The ends of those terms that the commands of one commit touched: each is written once, however many entries it got.
struct TermTails {
    private struct Tail {
        let term: Term
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

    private var tails: [Tail] = []
    private var places: [Term: Int] = [:]
    /// The term of each kind that got an entry last: from one entry to the next most of them are the same.
    private var latest: [Int?] = Array(repeating: nil, count: Term.Kind.allCases.count)

    var isEmpty: Bool { tails.isEmpty }

    func isOpen(_ term: Term) -> Bool { place(of: term) != nil }

    private func place(of term: Term) -> Int? {
        if let place = latest[term.kind.ordinal], tails[place].term.text == term.text { return place }
        return places[term]
    }

    /// Adds entries in their order, until there is one of a term whose end is not known yet.
    ///
    /// - Returns: where that one stands; nil when all were added.
    mutating func append(_ entries: [(term: Term, index: UInt64)], from start: Int) -> Int? {
        for position in start..<entries.count {
            guard let place = place(of: entries[position].term) else { return position }
            latest[entries[position].term.kind.ordinal] = place
            tails[place].append(entries[position].index)
        }
        return nil
    }

    /// Says what is on disk for a term that is touched for the first time.
    mutating func open(_ term: Term, at last: (number: UInt32, block: TermBlock)?) {
        places[term] = tails.count
        tails.append(Tail(term: term, block: last?.block, number: last?.number ?? 0))
    }

    /// The rows to write, in the order of their keys.
    mutating func drain() -> [(key: [UInt8], value: [UInt8])] {
        var rows: [(key: [UInt8], value: [UInt8])] = []
        rows.reserveCapacity(tails.count)
        for tail in tails {
            for (number, block) in tail.filled { rows.append((tail.term.key(block: number), block.bytes)) }
            if let block = tail.block { rows.append((tail.term.key(block: tail.number), block.bytes)) }
        }
        tails.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for ordinal in latest.indices { latest[ordinal] = nil }
        return rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
