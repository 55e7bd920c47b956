import EventLog
import Identity
package import OpenSSL
import Plans
import Views
import Wire

/// What came of carrying out a plan.
package enum AppliedPlan: Sendable {
    /// All of it was done, in the command whose last entry this is; nil where there was nothing to do.
    case done(MadePlan, batch: UInt64?)
    /// It was done in chunks, which have this entry as their cause; what had moved was skipped.
    case inChunks(MadePlan, cause: UInt64, done: Int, skipped: [String])
    /// Another plan comes of the request now: nothing was done.
    case moved(MadePlan)
    /// The request was made before; these are the bytes it was answered with.
    case repeated([UInt8])
}

extension Instance {
    /// How often a plan is looked for again because others changed something while it waited.
    private static let attemptsMax = 4

    /// Carries out the plan that has a digest, and no other.
    ///
    /// - Parameters:
    ///   - isAtomic: whether all of it is one command, however many changes it has.
    ///   - encode: the answer's bytes, kept for a client that repeats the request.
    package func apply(
        _ request: PlanRequest,
        digest: Digest,
        isAtomic: Bool,
        by caller: Caller,
        idempotency: Idempotency? = nil,
        encode: (@Sendable (AppliedPlan, _ index: UInt64) -> [UInt8])? = nil,
    ) async throws(Refusal) -> Sight<AppliedPlan> {
        var drawn = try draw(request, by: caller)
        for _ in 1..<Self.attemptsMax {
            if drawn.value.made.digest != digest { break }
            if drawn.value.made.plan.changes.isEmpty {
                return Sight(value: .done(drawn.value.made, batch: nil), index: drawn.index)
            }
            if !isAtomic, drawn.value.made.plan.changes.count > PlanLimits.changesAtOnceMax {
                return try await applyInChunks(drawn.value, by: caller, idempotency)
            }
            let command = ApplyPlan(drawn: drawn.value, digest: digest, instance: self)
            let receipt = try await perform(command, by: caller, idempotency: idempotency) { output, index in
                output.applied(at: index).flatMap { encode?($0, index) } ?? []
            }
            switch receipt.result {
            case .repeated(let bytes): return Sight(value: .repeated(bytes), index: receipt.index)
            case .done(let output):
                if let applied = output.applied(at: receipt.index) {
                    return Sight(value: applied, index: receipt.index)
                }
                drawn = try draw(request, by: caller)
            }
        }
        return try await refuse(drawn.value.made, by: caller, idempotency)
    }

    /// Goes on with a restore in chunks that was interrupted.
    ///
    /// What was done is not done again: a stream that has moved since the start is passed over.
    package func resume(_ start: UInt64, by caller: Caller) async throws(Refusal) -> Sight<AppliedPlan> {
        let request = try attempt(for: caller) { try self.request(startedAt: start) }
        let drawn = try draw(request, at: start, by: caller).value
        return try await carryOut(drawn, from: start, by: caller)
    }

    /// A client that repeats the request goes on with what it has started.
    private func applyInChunks(
        _ drawn: DrawnPlan,
        by caller: Caller,
        _ idempotency: Idempotency?,
    ) async throws(Refusal) -> Sight<AppliedPlan> {
        let command = StartRestore(drawn: drawn, instance: self)
        let receipt = try await perform(command, by: caller, idempotency: idempotency) { output, _ in
            switch output {
            case .started(let start): Array("\(start)".utf8)
            case .moved: []
            }
        }
        switch receipt.result {
        case .done(.started(let start)): return try await carryOut(drawn, from: start, by: caller)
        case .done(.moved):
            return Sight(value: .moved(try draw(drawn.request, by: caller).value.made), index: receipt.index)
        case .repeated(let bytes):
            guard let start = UInt64(String(decoding: bytes, as: UTF8.self)) else { throw .rejected(.planMoved) }
            return try await resume(start, by: caller)
        }
    }

    private func carryOut(
        _ drawn: DrawnPlan,
        from start: UInt64,
        by caller: Caller,
    ) async throws(Refusal) -> Sight<AppliedPlan> {
        let all = drawn.made.plan.changes
        let pending = try attempt(for: caller) { try unmoved(all) }
        var (done, skipped, last) = (all.count - pending.count, [String](), start)
        var again: [PlannedChange] = []
        var number = try attempt(for: caller) { try chunksDone(since: start) }
        for chunk in drawn.chunks(of: pending) {
            number += 1
            let output = try await carryOut(chunk, number, drawn, start, by: caller, &last)
            done += output.done.count
            let refused = Set(output.conflicts.map(\.resource))
            again += chunk.filter { refused.contains($0.resource) }
            skipped += output.skipped.filter { !refused.contains($0) }
        }
        // Two that exchange a name may have stood in different chunks.
        for chunk in drawn.chunks(of: again) {
            number += 1
            let output = try await carryOut(chunk, number, drawn, start, by: caller, &last)
            done += output.done.count
            skipped += output.skipped
        }
        return Sight(value: .inChunks(drawn.made, cause: start, done: done, skipped: skipped), index: last)
    }

    private func carryOut(
        _ chunk: ArraySlice<PlannedChange>,
        _ number: Int,
        _ drawn: DrawnPlan,
        _ start: UInt64,
        by caller: Caller,
        _ last: inout UInt64,
    ) async throws(Refusal) -> ApplyChunk.Output {
        let command = ApplyChunk(drawn: drawn, changes: chunk, start: start, number: number)
        let receipt = try await perform(command, by: caller)
        guard case .done(let output) = receipt.result else { throw .failed }
        last = receipt.index
        return output
    }

    /// Those of the changes whose stream is still as it was when they were planned.
    private func unmoved(_ changes: [PlannedChange]) throws -> [PlannedChange] {
        try read { snapshot in
            try changes.filter { try snapshot.version(ofStream: $0.resource) == $0.version }
        }
    }

    private func chunksDone(since start: UInt64) throws -> Int {
        guard let index = try read({ try $0.latest(RestoreSubject.entry(.progressed)) }), index > start,
            let entry = try entry(at: index), entry.cause == start
        else { return 0 }
        return entry.data["chunk"]?.number.map { Int($0) } ?? 0
    }

    private func request(startedAt start: UInt64) throws -> PlanRequest {
        guard start < status.size, let entry = try entry(at: start),
            entry.type.bytesEqual(RestoreSubject.entry(.started).text)
        else {
            throw Rejection.invalid("resume", "No restore was started by this entry")
        }
        guard let ordinal = entry.sealed.firstIndex(where: { $0.fields.contains("request") }),
            let body = try open(SealedReference(index: start, ordinal: ordinal))?["request"]?.members
        else { throw Rejection(.conflict, "request_erased", "What this restore was asked for was erased") }
        var reader = PlanRequestReader { moment, _ in moment.number.flatMap(UInt64.init(exactly:)) }
        return try reader.read(body)
    }

    /// Says that the plan has moved, and leaves the entry of it; a repetition gets the answer of the first time.
    private func refuse(
        _ made: MadePlan,
        by caller: Caller,
        _ idempotency: Idempotency?,
    ) async throws(Refusal) -> Sight<AppliedPlan> {
        do throws(Refusal) {
            let receipt = try await perform(RefuseAccess(.planMoved), by: caller, idempotency: idempotency)
            guard case .repeated(let bytes) = receipt.result else { throw .failed }
            // Of a restore in chunks is kept where it began.
            guard let start = UInt64(String(decoding: bytes, as: UTF8.self)) else {
                return Sight(value: .repeated(bytes), index: receipt.index)
            }
            return try await resume(start, by: caller)
        } catch {
            guard error == .rejected(.planMoved) else { throw error }
        }
        return Sight(value: .moved(made), index: lastIndex)
    }
}

extension ApplyPlan.Output {
    /// - Returns: nil where the plan has to be looked for again.
    fileprivate func applied(at index: UInt64) -> AppliedPlan? {
        switch self {
        case .done(let made): .done(made, batch: index)
        case .moved(let made): .moved(made)
        case .stale: nil
        }
    }
}
