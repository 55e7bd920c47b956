import EventLog
package import Identity
import OpenSSL
import Plans
import Views
import Wire

/// Carries a plan out in one command, all or nothing: the plan is made again at the state that it is carried out on.
struct ApplyPlan: Command {
    enum Output: Sendable {
        case done(MadePlan)
        /// Another plan comes of the request now: nothing was done.
        case moved(MadePlan)
        /// What the plan was made from is not all that counts any more: it has to be looked for again.
        case stale
    }

    let drawn: DrawnPlan
    let digest: Digest
    let instance: Instance

    var requirement: Requirement { .permission(.readsAudit) }

    func decide(_ context: DecisionContext) throws -> Decision<Output> {
        guard try drawn.isWhole(context, instance) else { return Decision([]) { _ in .stale } }
        let plan: Plan
        do {
            plan = try Plan(drawn.task(drawn.list.wishes, context), at: context.facts)
        } catch is SegmentMissing {
            return Decision([]) { _ in .stale }
        }
        let made = MadePlan(plan: plan, digest: instance.digest(of: plan, for: drawn.request))
        guard made.digest == digest else {
            let failed = RefusalEntry(.planMoved, attempted: context.caller.request.endpoint, caller: context.caller)
            return Decision(failed.map { [$0.event] } ?? []) { _ in .moved(made) }
        }
        let events = plan.changes.flatMap(\.events)
        guard events.count <= PlanLimits.entriesAtOnceMax else { throw Rejection.planTooLarge }
        return Decision(events) { _ in .done(made) }
    }
}

extension Rejection {
    /// What is carried out would not be what was previewed.
    package static let planMoved = Self(
        .conflict,
        "plan_moved",
        "The plan is another one now: look at it, and send its digest"
    )

    static let planTooLarge = Self.invalid(
        "atomic",
        "This is more than \(PlanLimits.entriesAtOnceMax) entries: let it be carried out in chunks"
    )
}

/// A sealed value that the plan needs in the writer and that was not opened before.
struct SegmentMissing: Error {}

extension DrawnPlan {
    /// The task as the writer has it: with the authority of this moment, and with what was opened before the queue.
    func task(_ wishes: [Wish], _ context: DecisionContext) -> PlanTask {
        PlanTask(
            wishes: wishes,
            losses: list.losses,
            force: Set(request.force),
            authority: context.authority,
            home: context.caller.home,
            now: context.wall
        ) { [segments] reference, key in
            // What was erased while this waited is not written down again.
            guard context.keys.holds(KeyName.data(key)) else { return nil }
            guard let fields = segments[SegmentPlace(reference)] else { throw SegmentMissing() }
            return fields
        }
    }

    /// Whether no other stream of the places that were looked at has changed since.
    func isWhole(_ context: DecisionContext, _ instance: Instance) throws -> Bool {
        if list.watched.isEmpty { return true }
        let chains = Set(list.watched.map(\.text))
        if context.facts.hasChanged(anyOf: chains) { return false }
        let known = Set(list.wishes.map(\.stream))
        let since = try instance.views.readFromReserve { snapshot in
            try instance.touchedStreams(in: list.watched, after: seen, upTo: snapshot.size &- 1, snapshot)
        }
        return since.allSatisfy { known.contains($0.stream) }
    }
}
