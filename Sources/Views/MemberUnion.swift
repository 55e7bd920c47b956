import HeapModule
import Identity

/// The members of many places as one list, in the order of creation.
///
/// A place is opened when the list reaches its beginning, for nothing in it is older: a page near the start of a list
/// over ten thousand places looks at the few places that were there then.
struct MemberUnion<R: Resource, Reader: RowReader> {
    /// Members that are read of a place at once.
    private static var rowsAtOnce: Int { 16 }

    /// A place that is open, with what was read of it and not handed out yet.
    private struct Opened {
        let plan: PlacePlan
        /// The last first.
        var rows: [(member: FacetRow, created: UInt64)] = []
        /// Where reading goes on; nil at the end.
        var nextCreated: UInt64? = 0
    }

    private struct Head: Comparable {
        let created: UInt64
        let opened: Int

        static func < (left: Head, right: Head) -> Bool {
            (left.created, left.opened) < (right.created, right.opened)
        }
    }

    private let reader: Reader
    /// Places that are not open yet, the youngest first.
    private var closed: [PlacePlan]
    private var opened: [Opened] = []
    private var heads = Heap<Head>()

    init(_ plans: [PlacePlan], in reader: Reader) {
        self.reader = reader
        let ordered = plans.enumerated().sorted { ($0.element.since, $0.offset) > ($1.element.since, $1.offset) }
        closed = ordered.map(\.element)
    }

    mutating func next() throws -> (plan: PlacePlan, member: FacetRow, created: UInt64)? {
        while let plan = closed.last, heads.min.map({ plan.since <= $0.created }) ?? true {
            closed.removeLast()
            opened.append(Opened(plan: plan))
            try advance(opened.count - 1)
        }
        guard let head = heads.popMin() else { return nil }
        guard let row = opened[head.opened].rows.popLast() else { return nil }
        try advance(head.opened)
        return (opened[head.opened].plan, row.member, row.created)
    }

    /// Puts the next member of a place among the heads, if it has one.
    private mutating func advance(_ place: Int) throws {
        if opened[place].rows.isEmpty { try fill(place) }
        if let row = opened[place].rows.last { heads.insert(Head(created: row.created, opened: place)) }
    }

    private mutating func fill(_ place: Int) throws {
        guard let start = opened[place].nextCreated else { return }
        var rows: [(member: FacetRow, created: UInt64)] = []
        try reader.walkMembers(R.self, of: opened[place].plan.walked, from: start) { member, created in
            rows.append((member, created))
            return rows.count < Self.rowsAtOnce
        }
        opened[place].nextCreated = rows.count < Self.rowsAtOnce ? nil : rows.last.map { $0.created + 1 }
        opened[place].rows = rows.reversed()
    }
}
