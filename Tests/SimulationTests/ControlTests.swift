import EventLog
import OpenSSL
import Testing
import Wire

/// The oracle's own test: with each promise broken on purpose, it must say so, and by the right name.
struct ControlTests {
    /// One thing that is not as it should be.
    struct Breach: Sendable, CustomStringConvertible {
        let invariant: String
        let description: String
        let make: @Sendable (inout Evidence) -> Void

        init(_ invariant: String, _ description: String, _ make: @escaping @Sendable (inout Evidence) -> Void) {
            self.invariant = invariant
            self.description = description
            self.make = make
        }
    }

    static let breaches: [Breach] = [
        Breach("I1", "an acknowledged entry is gone") { $0.acknowledged[UInt64($0.lines.count)] = [1] },
        Breach("I1", "an acknowledged entry has other bytes") { $0.acknowledged[3] = [1] },
        Breach("I1", "a token has no entry") { $0.tokens["tkn_none"] = 4 },
        Breach("I1", "what was said to be done has no entry") { $0.requests["req_none"] = .done },
        Breach("I2", "an entry is missing") { $0.lines[5] = nil },
        Breach("I2", "an index is given twice") { $0.entries[7].index = 6 },
        Breach("I2", "a chain has a hole") { $0.entries[$0.entries.count - 1].sequence += 1 },
        Breach("I2", "a version is left out") { evidence in
            guard let place = evidence.entries.lastIndex(where: { $0.version != nil }) else { return }
            evidence.entries[place].version = 999
        },
        Breach("I3", "an entry is of no request") { $0.requests = [:] },
        Breach("I3", "an entry is of a request that was refused") { evidence in
            for id in evidence.requests.keys { evidence.requests[id] = .status(507) }
        },
        Breach("I3", "a request was carried out twice") { evidence in
            guard let done = evidence.entries.first(where: { $0.request?.idempotency != nil }) else { return }
            evidence.entries.append(done)
        },
        Breach("I3", "an entry that nobody asked for") { evidence in
            guard let place = evidence.entries.lastIndex(where: { $0.request != nil }) else { return }
            evidence.entries[place].request = nil
        },
        Breach("I4", "the stored root is another") { $0.storedRoot = .zero },
        Breach("I4", "the past has changed") { $0.earlier = [.zero] },
        Breach("I4", "a checkpoint is not signed") { evidence in
            guard let note = evidence.checkpoints.last else { return }
            evidence.checkpoints.append(SignedNote(text: note.text, signatures: []))
        },
        Breach("I4", "a checkpoint is of more than there is") { evidence in
            evidence.lines.removeLast(evidence.lines.count / 2)
            evidence.storedRoot = MerkleTree.root(of: evidence.leaves)
        },
        Breach("I4", "a checkpoint is of other entries") { evidence in
            evidence.lines[0] = [1]
            evidence.storedRoot = MerkleTree.root(of: evidence.leaves)
        },
        Breach("I4", "a verification finds something") { $0.problems = ["entry 1: the hash"] },
        Breach("I5", "the anchor is ahead") { $0.durable = [.init(size: 9, checkpoint: 10)] },
        Breach("I5", "the hint is ahead") { $0.durable = [.init(size: 9, hint: 10)] },
        Breach("I5", "the views are ahead") { $0.durable = [.init(size: 9, applied: 10)] },
        Breach("I6", "the views have folded what is not there") { $0.applied = UInt64($0.lines.count) + 1 },
        Breach("I6", "a row is not what the ledger makes of it") { $0.differences = ["current 00"] },
        Breach("I7", "two commands are of one time") { evidence in
            let last = evidence.entries.count - 1
            evidence.entries[last].batch = nil
            evidence.entries[last].recordedAt = evidence.entries[last - 1].recordedAt
        },
        Breach("I9", "a crash is called a clean stop") { $0.lastStop = "another" },
        Breach("I10", "the past is told in another way") { evidence in
            guard let sight = evidence.recalled.first?.then else { return }
            evidence.recalled.append(.init(then: sight, now: nil))
        },
        Breach("once", "the chains are attested twice in a day") { evidence in
            guard let place = evidence.entries.lastIndex(where: { $0.type == "chains.attested" }) else { return }
            evidence.entries.insert(evidence.entries[place], at: place)
        },
        Breach("once", "the views are attested twice in a day") { evidence in
            guard let place = evidence.entries.lastIndex(where: { $0.type == "views.attested" }) else { return }
            evidence.entries.insert(evidence.entries[place], at: place)
        },
        Breach("once", "a start is told twice") { evidence in
            guard let place = evidence.entries.lastIndex(where: { $0.type == "ledger.opened" }) else { return }
            evidence.entries.insert(evidence.entries[place], at: place)
        },
        Breach("once", "a sum is told twice") { evidence in
            var entry = evidence.entries[evidence.entries.count - 1]
            (entry.type, entry.data) = ("refusals.summarized", ["count": 2, "to": "2026-01-01"])
            evidence.entries.append(entry)
            entry.data["to"] = "2026-01-02"
            evidence.entries.append(entry)
        },
        Breach("once", "a full disk is not said to be over") { evidence in
            evidence.entries[evidence.entries.count - 1].type = "ledger.degraded"
        },
        Breach("places", "a list leaves one out") { evidence in
            guard let place = evidence.answers.lastIndex(where: { $0.answer?.shown.isEmpty == false }) else { return }
            evidence.answers[place].answer?.shown.removeLast()
        },
        Breach("places", "a total counts one too many") { evidence in
            guard let place = evidence.answers.lastIndex(where: { $0.answer != nil }) else { return }
            evidence.answers[place].answer?.total += 1
        },
        Breach("places", "what was there is said not to be") { evidence in
            guard let place = evidence.answers.firstIndex(where: { $0.answer != nil }) else { return }
            evidence.answers[place].answer = nil
        },
        Breach("ends", "a token that was taken back is not any more") { evidence in
            guard let place = evidence.lasting.firstIndex(where: { $0.isThere }) else { return }
            evidence.lasting[place].isThere = false
        },
        Breach("ends", "what is over is told to last") { evidence in
            guard let place = evidence.lasting.firstIndex(where: { $0.asOf == nil }) else { return }
            (evidence.lasting[place].isThere, evidence.lasting[place].moment) = (true, .latest)
        },
        Breach("ends", "a row is not swept") { $0.rows["idempotency", default: 0] += 1 },
        Breach("ends", "a sweep takes nothing out") { evidence in
            var entry = evidence.entries[evidence.entries.count - 1]
            (entry.type, entry.data) = ("ends.swept", ["until": .string(Instant.earliest.text)])
            evidence.entries.append(entry)
        },
        Breach("ends", "a sweep takes out what lasts") { evidence in
            var entry = evidence.entries[evidence.entries.count - 1]
            (entry.type, entry.data) = ("ends.swept", ["until": .string(Instant.latest.text)])
            evidence.entries.append(entry)
        },
        Breach("plans", "a plan makes something else than it showed") { evidence in
            guard let place = evidence.carriedOut.firstIndex(where: { $0.isDone == true }) else { return }
            evidence.carriedOut[place].changes = []
        },
        Breach("plans", "a plan that was refused changes something") { evidence in
            guard let place = evidence.carriedOut.firstIndex(where: { $0.isDone == true }) else { return }
            evidence.carriedOut[place].isDone = false
        },
        Breach("I11", "the ledger ends inside a command") {
            $0.durable = [.init(size: 9, lastBatch: Entry.Batch(position: 1, count: 2))]
        },
    ]

    /// What a run leaves in which nothing was broken.
    private static let sound = Result { try Simulation.run(seed: 4).evidence }

    @Test(arguments: breaches) func `a broken promise is seen, by its name`(breach: Breach) throws {
        var evidence = try Self.sound.get()
        try #require(evidence.entries.count > 50 && !evidence.checkpoints.isEmpty && !evidence.recalled.isEmpty)
        #expect(Oracle.check(evidence).isEmpty)
        breach.make(&evidence)
        let found = Oracle.check(evidence).map(\.invariant)
        #expect(found.contains(breach.invariant), "\(breach): \(found)")
        #expect(!Oracle.check(evidence, without: breach.invariant).map(\.invariant).contains(breach.invariant))
    }

    @Test func `every invariant has its breach`() {
        #expect(Set(Self.breaches.map(\.invariant)) == Set(Oracle.invariants.map(\.name)))
    }

    @Test func `a start may fail for the room that its views need, and for no other`() {
        let mark = ["write .trust.1.tmp in views", "rename .trust.1.tmp to trust in views", "sync views"]
        let (folding, anew) = (
            ["commit to views/state"],
            ["commit to views.new/state", "sync views.new/state", "rename views to views.old"]
        )
        let moved = ["commit to views/kept", "remove views/state", "rename views/kept to views/state"]
        let audit = ["commit to views/audit", "remove views/audit"]
        let others = ["commit to ledger", "sync top", "write checkpoint in anchor", "write .trust.1.tmp in keys"]
        let rows: [(views: ViewsBefore, needed: [String])] = [
            (ViewsBefore(areTrusted: true, areClean: true, areBehind: true), mark + folding),
            (ViewsBefore(areTrusted: true, areClean: false, areBehind: true), folding),
            (ViewsBefore(areTrusted: true, areClean: true, areBehind: false), []),
            (ViewsBefore(areTrusted: true, areClean: true, areBehind: false, isAuditGone: true), audit),
            (ViewsBefore(areTrusted: false, areClean: false, areBehind: true), mark + folding + moved + anew + audit),
            (ViewsBefore(areTrusted: false, areClean: false, areBehind: false), mark + folding + moved + anew + audit),
        ]
        for row in rows {
            let needed = (mark + folding + moved + anew + audit + others).filter { row.views.needsSpace(for: $0) }
            #expect(needed == row.needed, "\(row.views)")
        }
    }

    @Test func `a disk that syncs nothing is found out within a few seeds`() async throws {
        var options = Simulation.Options()
        options.lies = true
        let report = try await Campaign(seeds: Array(1...10), options: options).run()
        let found = Set(report.failures.flatMap(\.violations).map(\.invariant))
        #expect(report.failures.count > 2)
        #expect(found.contains("I1"), "what was acknowledged is missed: \(found)")
    }

    @Test func `an answer that fails without a reason is found out within a few seeds`() async throws {
        var options = Simulation.Options()
        options.hasNoExcuse = true
        let report = try await Campaign(seeds: Array(1...20), options: options).run()
        #expect(report.failures.flatMap(\.violations).contains { $0.invariant == "I9" })
    }

    @Test func `damage that nobody looks for is found out within a few seeds`() async throws {
        var options = Simulation.Options()
        options.lives = 1
        options.isBlind = true
        let report = try await Campaign(seeds: Array(1...60), options: options).run()
        let found = Set(report.failures.flatMap(\.violations).map(\.invariant))
        #expect(!found.isDisjoint(with: ["I1", "I2", "I4"]), "\(found), \(report.damages)")
    }
}
