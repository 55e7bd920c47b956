/// Goes through a range of indexes, one way, and stops at those that stand in every one of several unions.
///
/// Each union in turn says where its next entry is; where that is further on, all of the others skip to it. So the
/// rarest sets the pace, and of the others only what could matter is looked at.
struct AuditWalk {
    private var unions: [TermUnion]
    private let order: AuditQuery.Order
    private let range: ClosedRange<UInt64>
    /// The next index to consider; nil at the end.
    private(set) var position: UInt64?

    init(_ unions: [TermUnion], _ order: AuditQuery.Order, in range: ClosedRange<UInt64>) {
        self.unions = unions.sorted { $0.count < $1.count }
        self.order = order
        self.range = range
        switch order {
        case .newestFirst: position = range.upperBound
        case .oldestFirst: position = range.lowerBound
        }
    }

    mutating func next() throws -> UInt64? {
        guard var candidate = position else { return nil }
        var agreeing = 0
        while agreeing < unions.count {
            for place in unions.indices {
                guard let offer = try offer(of: place, from: candidate), range.contains(offer) else {
                    position = nil
                    return nil
                }
                agreeing = offer == candidate ? agreeing + 1 : 1
                candidate = offer
                if agreeing >= unions.count { break }
            }
        }
        position = after(candidate)
        return candidate
    }

    private mutating func offer(of place: Int, from index: UInt64) throws -> UInt64? {
        switch order {
        case .newestFirst: try unions[place].next(atMost: index)
        case .oldestFirst: try unions[place].next(atLeast: index)
        }
    }

    private func after(_ index: UInt64) -> UInt64? {
        switch order {
        case .newestFirst: index > range.lowerBound ? index - 1 : nil
        case .oldestFirst: index < range.upperBound ? index + 1 : nil
        }
    }
}
