import Endpoints
import Engine
import Identity
import OpenSSL
import Plans
import Wire

/// Undo and restore: what they would do, and doing just that.
struct RestoreEndpoints: Sendable {
    let admin: Admin

    var all: [Endpoint] {
        [
            .post("/restore/plan", .readsAudit, "Tell what an undo or a restore would do; nothing is changed", plan),
            .post("/restore/apply", .readsAudit, "Undo or restore, as the plan of this digest says", apply),
        ]
    }

    private var plan: Operation {
        Operation(
            admin,
            "restore.plan",
            body: .required(.object(Self.request)),
            replies: [.init(200, "The plan", .data(PlanJSON.name)), .absent],
            run: showPlan
        )
    }

    private var apply: Operation {
        var operation = Operation(
            admin,
            "restore.apply",
            body: .required(.object(Self.request + Self.execution)),
            replies: [
                .init(200, "It is done", .data(PlanJSON.appliedName)), .absent,
                .init(409, "The plan is another one now; it is in the answer", .named(SchemaName.moved(PlanJSON.name))),
            ],
            run: carryOut
        )
        operation.demandsReason = true
        return operation
    }

    private func showPlan(_ call: Call) async throws(Refusal) -> Answer {
        let request = try call.planRequest(call.body)
        let sight = try await call.answering { () throws(Refusal) in
            try admin.instance.plan(request, by: call.caller)
        }
        try await call.record(RestoreSubject.entry(.planned), chain: request.place ?? call.caller.home)
        return .one(PlanJSON.item(sight.value, admin, othersWait(for: sight.value)), at: sight.index)
    }

    /// How long other writers would wait for a plan in one command: it is made again in the writer's turn, and then
    /// each entry costs what entries have cost lately.
    private func othersWait(for made: MadePlan) -> Members {
        let each = admin.instance.status.entryMicroseconds
        let wait = each.map { Double(made.microseconds ?? 0) + $0 * Double(made.entryCount) }
        return [
            "entry_count": .integer(Int64(made.entryCount)),
            "others_wait_milliseconds": wait.map { .integer(Int64(($0 / 1_000).rounded(.up))) } ?? .null,
        ]
    }

    private func carryOut(_ call: Call) async throws(Refusal) -> Answer {
        if let start = call.body["resume"] {
            guard let index = start.number.flatMap(UInt64.init(exactly:)), call.body.count == 1 else {
                throw .rejected(.invalid("resume", "The index of an entry is expected, and nothing beside it"))
            }
            let sight = try await admin.instance.resume(index, by: call.caller)
            return try answer(sight.value, at: sight.index)
        }
        var body = call.body
        let (digest, isAtomic) = try Self.execution(&body)
        let request = try call.planRequest(body)
        let sight = try await admin.instance.apply(
            request,
            digest: digest,
            isAtomic: isAtomic,
            by: call.caller,
            idempotency: call.idempotency
        ) { applied, index in
            (try? call.dialect.response(answer(applied, at: index))).map(KeptAnswer.bytes) ?? []
        }
        return try answer(sight.value, at: sight.index)
    }

    private func answer(_ applied: AppliedPlan, at index: UInt64) throws(Refusal) -> Answer {
        switch applied {
        case .done(let made, let batch):
            return .one(PlanJSON.item(made, admin, ["batch": batch.map { .integer(Int64($0)) } ?? .null]), at: index)
        case .inChunks(let made, let cause, let done, let skipped):
            return .one(
                PlanJSON.item(
                    made,
                    admin,
                    [
                        "cause": .integer(Int64(cause)), "done": .integer(Int64(done)),
                        "skipped": .array(skipped.prefix(PlanJSON.changesMax).map(JSON.string)),
                        "skipped_count": .integer(Int64(skipped.count)),
                    ]
                ),
                at: index
            )
        case .moved(let made):
            return .refused(.planMoved, PlanJSON.item(made, admin), at: index)
        case .repeated(let bytes):
            guard let kept = KeptAnswer.response(bytes) else { throw .failed }
            return .kept(kept)
        }
    }

    /// Takes what only carrying out needs out of the body.
    private static func execution(_ body: inout Members) throws(Refusal) -> (Digest, isAtomic: Bool) {
        let atomic = body["atomic"] ?? false
        guard let isAtomic = atomic.flag else { throw .rejected(.invalid("atomic", "Input should be true or false")) }
        guard let text = body["digest"] else { throw .rejected(.invalid("digest", "Field required", "missing")) }
        guard let digest = text.text.flatMap({ PlanDigest.read($0) }) else {
            throw .rejected(.invalid("digest", "The digest of a plan is expected"))
        }
        body["atomic"] = nil
        body["digest"] = nil
        return (digest, isAtomic)
    }
}

extension Call {
    /// What the body asks to undo or to restore, each moment resolved as `as_of` is.
    fileprivate func planRequest(_ body: Members) throws(Refusal) -> PlanRequest {
        try admin.instance.attempt(for: caller) {
            var reader = PlanRequestReader { moment, isStart in try self.resolve(moment, isStart: isStart) }
            return try reader.read(body)
        }
    }

    private func resolve(_ value: JSON, isStart: Bool) throws -> UInt64? {
        let instance = admin.instance
        if let index = value.number.flatMap(UInt64.init(exactly:)) ?? value.text.flatMap({ UInt64($0) }) {
            if isStart { return index <= instance.lastIndex ? index : nil }
            return try instance.entry(asOf: .index(index))?.index
        }
        guard let time = value.text.flatMap({ try? Instant(rfc3339: $0) }), time <= instance.world.wall() else {
            return nil
        }
        if isStart { return try instance.firstIndex(notBefore: time) }
        return try instance.entry(asOf: .time(time))?.index
    }
}

extension RestoreEndpoints {
    private static let moment = Schema.string(maxLength: 64)
    private static let index = Schema.integer(min: 0)

    private static let request: [Schema.Property] = [
        .init(
            "undo",
            .object([
                .init("indexes", .array(index), "These entries"),
                .init("batch", index, "What the command did that wrote this entry"),
                .init("cause", index, "What this entry was the cause of, such as the start of a restore"),
                .init("request_id", .string(), "What requests of this name did"),
                .init("actor", .string(), "What this actor did from one moment to another"),
                .init("from", moment, "An index, or a time in RFC 3339 form: with actor"),
                .init("to", moment, "An index, or a time in RFC 3339 form: with actor"),
                .init("scope", .string(), "Only what this tenant or partner has of it: with actor"),
            ]),
            "What is to be as if it had not been done: one way of naming it"
        ),
        .init(
            "restore",
            .object([
                .init("resource", .string(), "One resource: a deleted one comes back, a living one is put back"),
                .init("scope", .string(), "A tenant or a partner with all that stands in it"),
                .init("to", moment, "As it was after this index, or at this time", required: true),
                .init("kinds", .array(.string()), "Only these kinds and relations: with scope"),
                .init("created_since", .choice(["keep", "delete"]), "What becomes of newer things: keep, if left out"),
            ]),
            "What is to be as it was at a moment"
        ),
        .init(
            "force",
            .array(.string()),
            "Fields that go back though something has changed them since: index/field, as conflicts name them"
        ),
    ]

    private static let execution: [Schema.Property] = [
        .init("digest", .string(minLength: 43, maxLength: 43), "The digest of the plan; required but to resume"),
        .init("atomic", .boolean, "All or nothing, also of more than 250 changes: others wait for it"),
        .init("resume", index, "Go on with a restore in chunks: the entry that started it, and nothing beside"),
    ]
}
