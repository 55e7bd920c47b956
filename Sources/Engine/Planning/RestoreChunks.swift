import EventLog
package import Identity
import OpenSSL
import Plans
import Views
import Wire

/// Begins a restore that is carried out in chunks: from here on its plan is the one of this entry.
struct StartRestore: Command {
    enum Output: Sendable {
        case started(at: UInt64)
        case moved
    }

    let drawn: DrawnPlan
    let instance: Instance

    var requirement: Requirement { .permission(.readsAudit) }

    func decide(_ context: DecisionContext) throws -> Decision<Output> {
        guard try drawn.isWhole(context, instance), try drawn.isStill(context.facts) else {
            let failed = RefusalEntry(.planMoved, attempted: context.caller.request.endpoint, caller: context.caller)
            return Decision(failed.map { [$0.event] } ?? []) { _ in .moved }
        }
        let chain = drawn.request.place ?? context.caller.home
        let started = Event(
            RestoreSubject.entry(.started),
            chain: chain,
            data: [
                "changes": .integer(Int64(drawn.made.plan.changes.count)),
                "chunks": .integer(Int64(drawn.chunks(of: drawn.made.plan.changes).count)),
                "digest": .string(PlanDigest.text(of: drawn.made.digest)),
            ],
            sealed: [
                Event.Sealed(
                    subject: chain.text,
                    key: SealingKey.notes.name(of: chain.text),
                    fields: ["request": drawn.request.json]
                )
            ]
        )
        let index = context.index &+ 1
        return Decision([started]) { _ in .started(at: index) }
    }
}

/// Carries out one chunk of a restore: whole resources, of which those are left out that have moved since its start.
struct ApplyChunk: Command {
    struct Output: Sendable {
        var done: [PlannedChange] = []
        var skipped: [String] = []
        var conflicts: [Conflict] = []
    }

    let drawn: DrawnPlan
    let changes: ArraySlice<PlannedChange>
    let start: UInt64
    let number: Int

    var requirement: Requirement { .permission(.readsAudit) }
    /// Others come in between.
    var isBulk: Bool { true }

    func decide(_ context: DecisionContext) throws -> Decision<Output> {
        var output = Output()
        var wishes: [Wish] = []
        for change in changes {
            if try context.facts.version(ofStream: change.resource) == change.version, let wish = drawn.wish(change) {
                wishes.append(wish)
            } else {
                output.skipped.append(change.resource)
            }
        }
        let plan = try Plan(drawn.task(wishes, context), at: context.facts)
        output.done = plan.changes
        output.conflicts = plan.conflicts.filter { conflict in
            !drawn.made.plan.conflicts.contains(conflict)
        }
        output.skipped += output.conflicts.map(\.resource)
        let progressed = Event(
            RestoreSubject.entry(.progressed),
            chain: drawn.request.place ?? context.caller.home,
            data: [
                "chunk": .integer(Int64(number)), "done": .integer(Int64(output.done.count)),
                "skipped": .integer(Int64(output.skipped.count)),
            ]
        )
        let events = (plan.changes.flatMap(\.events) + [progressed]).map { event in
            var event = event
            event.cause = start
            return event
        }
        return Decision(events) { [output] _ in output }
    }
}

extension PlanRequest {
    /// The place that it is about, where it is about one.
    package var place: Place? {
        switch ask {
        case .undo(.actor(_, _, _, let scope)): scope
        case .undo, .resource: nil
        case .place(let place, _, _, _): place
        }
    }
}

extension DrawnPlan {
    /// Whether everything that it changes is at the version that it was made for.
    func isStill(_ facts: ViewTransaction) throws -> Bool {
        try made.plan.changes.allSatisfy { try facts.version(ofStream: $0.resource) == $0.version }
    }

    /// The changes in chunks of whole resources, each with at most as many entries as a chunk may have.
    func chunks(of changes: [PlannedChange]) -> [ArraySlice<PlannedChange>] {
        var chunks: [ArraySlice<PlannedChange>] = []
        var (start, count) = (changes.startIndex, 0)
        for place in changes.indices {
            let more = changes[place].events.count
            if count + more > PlanLimits.chunkEntriesMax, place > start {
                chunks.append(changes[start..<place])
                (start, count) = (place, 0)
            }
            count += more
        }
        if start < changes.endIndex { chunks.append(changes[start...]) }
        return chunks
    }
}
