import EventLog
import Identity
import Storage
import Views
import Wire

// A request that is made again is answered as it was the first time, whatever has happened since.
extension WriterCore {
    /// What the request was answered with before, if it was made before.
    ///
    /// Whoever asks must still reach what was made and hold what was granted with it; names, limits and versions are
    /// not asked again.
    func repeated(_ submission: any Submission, _ context: DecisionContext) throws -> Replay? {
        guard let idempotency = submission.idempotency, let actor = submission.caller.actor.id,
            let earlier = try context.facts.present.idempotent(
                actor: actor,
                key: idempotency.key,
                at: context.wall
            )
        else { return nil }
        guard earlier.fingerprint == idempotency.fingerprint else { return .rejection(Self.keyReused) }
        let first = try entry(at: earlier.index)
        if let first { try requireHolding(of: first, context) }
        let name = idempotency.answerName(actor: actor, entry: first?.id ?? "")
        guard let sealed = answers.answer(name), let answer = idempotency.open(sealed, actor: actor)
        else {
            return .rejection(Self.answerGone)
        }
        // The first entry of a command carries its key; what the client must have seen is the last one.
        return .answer(answer, index: earlier.index + UInt64((first?.batch?.count ?? 1) - 1))
    }

    private func requireHolding(of first: Entry, _ context: DecisionContext) throws {
        guard let place = Place(first.chain) else { throw LedgerFault.damaged(index: first.index, "its chain is none") }
        try context.authority.require(place, context.facts)
        if let stream = first.stream {
            try context.authority.requireGrantable(context.facts.power(of: stream), at: place, context.facts)
        }
    }

    private func entry(at index: UInt64) throws -> Entry? {
        if let prepared = ledger.prepared.first(where: { $0.entry.index == index }) { return prepared.entry }
        return try tables.environment.readFromReserve { try tables.entry(index, $0) }.map { try Entry(decoding: $0) }
    }

    private static let keyReused = Rejection.invalid([
        FieldIssue(
            ["header", "Idempotency-Key"],
            "This key was used with another request in the last 24 hours",
            "value_error"
        )
    ])
    private static let answerGone = Rejection(
        .conflict,
        "answer_gone",
        "This request was carried out before; its answer is no longer kept"
    )

    /// The answer belongs to the entry that carries the key: should that entry not become durable after all, nothing
    /// finds its answer.
    func storeAnswer(_ submission: any Submission) throws {
        guard let idempotency = submission.idempotency, let actor = submission.caller.actor.id,
            let last = ledger.prepared.last?.entry, let answer = submission.replayable(),
            let first = ledger.prepared.dropLast((last.batch?.count ?? 1) - 1).last?.entry
        else { return }
        answers.stage(
            idempotency.answerName(actor: actor, entry: first.id),
            idempotency.seal(answer, actor: actor)
        )
    }
}
