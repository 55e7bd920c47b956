/// The entries of any of several terms, of which every entry has at most one: the chains of a partner, the types of a
/// noun.
///
/// So ranks add up, and a position is found by halving the range of indexes.
struct TermUnion {
    private var lists: [TermList]
    /// For each list the entry it offered last, while that is still its next one.
    private var offers: [UInt64?]

    init(_ terms: [Term], in reader: any RowReader) throws {
        var lists: [TermList] = []
        for term in Set(terms) {
            if let list = try TermList(term, in: reader) { lists.append(list) }
        }
        self.lists = lists
        offers = lists.map { _ in nil }
    }

    var count: Int { lists.reduce(0) { $0 + $1.count } }

    mutating func rank(_ index: UInt64) throws -> Int {
        var rank = 0
        for place in lists.indices { rank += try lists[place].rank(index) }
        return rank
    }

    /// The entry at a position among all of the lists, from 0; the caller knows that there are more than that.
    mutating func index(at position: Int, upTo last: UInt64) throws -> UInt64 {
        if lists.count == 1 { return try lists[0].index(at: position) }
        var (low, high) = (UInt64(0), last)
        while low < high {
            let middle = low + (high - low) / 2
            if try rank(middle) > position { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The newest entry up to an index, that index included.
    mutating func next(atMost index: UInt64) throws -> UInt64? {
        var newest: UInt64?
        for place in lists.indices {
            if offers[place].map({ $0 > index }) ?? true {
                let rank = try lists[place].rank(index)
                offers[place] = rank == 0 ? nil : try lists[place].index(at: rank - 1)
            }
            if let offer = offers[place] { newest = max(newest ?? offer, offer) }
        }
        return newest
    }

    /// The oldest entry from an index on, that index included.
    mutating func next(atLeast index: UInt64) throws -> UInt64? {
        var oldest: UInt64?
        for place in lists.indices {
            if offers[place].map({ $0 < index }) ?? true {
                let rank = index == 0 ? 0 : try lists[place].rank(index - 1)
                offers[place] = rank == lists[place].count ? nil : try lists[place].index(at: rank)
            }
            if let offer = offers[place] { oldest = min(oldest ?? offer, offer) }
        }
        return oldest
    }
}
