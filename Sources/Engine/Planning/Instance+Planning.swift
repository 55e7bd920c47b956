import EventLog
import Identity
package import OpenSSL
package import Plans
import Views
import Wire

/// A plan with its digest, as it was made at one moment.
package struct MadePlan: Sendable {
    package let plan: Plan
    package let digest: Digest
    /// How long making it took, and so how long it takes in the writer's turn; nil where that is not asked.
    package var microseconds: Int64?

    /// How many entries make it.
    package var entryCount: Int { plan.changes.reduce(0) { $0 + $1.events.count } }
}

extension Instance {
    /// Makes the plan of a request, from one committed moment, on the caller's own thread; nothing is written.
    package func plan(_ request: PlanRequest, by caller: Caller) throws(Refusal) -> Sight<MadePlan> {
        let sight = try draw(request, by: caller)
        return Sight(value: sight.value.made, index: sight.index)
    }

    /// The same with all that carrying it out needs.
    ///
    /// - Parameter position: the entry as of which it is made; nil is now.
    func draw(_ request: PlanRequest, at position: UInt64? = nil, by caller: Caller) throws(Refusal) -> Sight<DrawnPlan>
    {
        try attempt(for: caller) {
            try views.read(heads: { _ in .null }, ownScopes: ownScopes) { snapshot in
                let authority = try caller.authority(snapshot, at: world.wall())
                try authority.require(.readsAudit)
                let index = try snapshot.size &- 1
                let finder = WishFinder(
                    instance: self,
                    snapshot: snapshot,
                    authority: authority,
                    last: position ?? index
                )
                let list = try finder.find(request)
                let segments = OpenedSegments()
                let task = PlanTask(
                    wishes: list.wishes,
                    losses: list.losses,
                    force: Set(request.force),
                    authority: authority,
                    home: caller.home,
                    now: world.wall()
                ) { reference, _ in
                    let fields = try self.open(reference)
                    segments.remember(fields, reference)
                    return fields
                }
                let start = world.sinceBoot()
                let plan = try Plan(task, at: snapshot.at(position))
                let digest = digest(of: plan, for: request)
                let drawn = DrawnPlan(
                    request: request,
                    list: list,
                    made: MadePlan(plan: plan, digest: digest, microseconds: world.sinceBoot() - start),
                    segments: segments.all,
                    seen: position ?? index
                )
                return Sight(value: drawn, index: index)
            }
        }
    }

    func digest(of plan: Plan, for request: PlanRequest) -> Digest {
        PlanDigest.digest(of: plan, for: request.json.canonical, key: macKey)
    }
}

/// A plan with what it was made from, so that the writer can make it again.
struct DrawnPlan: Sendable {
    let request: PlanRequest
    let list: WishList
    let made: MadePlan
    let segments: [SegmentPlace: Members]
    /// The last entry that was looked at.
    let seen: UInt64
    /// By stream: a chunk asks for each of its own, in the writer's turn.
    private let wishes: [String: Wish]

    init(request: PlanRequest, list: WishList, made: MadePlan, segments: [SegmentPlace: Members], seen: UInt64) {
        (self.request, self.list, self.made, self.segments, self.seen) = (request, list, made, segments, seen)
        wishes = Dictionary(list.wishes.map { ($0.stream, $0) }) { first, _ in first }
    }

    func wish(_ change: PlannedChange) -> Wish? { wishes[change.resource] }
}

/// Where a sealed segment stands.
struct SegmentPlace: Hashable, Sendable {
    let index: UInt64
    let ordinal: Int

    init(_ reference: SealedReference) { (index, ordinal) = (reference.index, reference.ordinal) }
}

/// The sealed values that a plan needs: opened before the queue, because the writer opens nothing.
private final class OpenedSegments {
    private(set) var all: [SegmentPlace: Members] = [:]

    func remember(_ fields: Members?, _ reference: SealedReference) { all[SegmentPlace(reference)] = fields }
}
