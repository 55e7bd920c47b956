import EventLog
import OpenSSL
import Wire

/// Judges a run by the evidence alone: one function for each invariant, naive on purpose, none of the product's own.
enum Oracle {
    static let invariants: [(name: String, check: @Sendable (Evidence) -> [String])] = [
        ("I1", acknowledgedIsPresent), ("I2", isWithoutHoles), ("I3", nothingUnrequested), ("I4", isSigned),
        ("I5", nothingIsAhead), ("I6", viewsAreTheFold), ("I7", timeRises), ("I9", stopsAreNamed),
        ("I10", pastStands), ("I11", endsWithCommand), ("once", ownEntriesStandOnce), ("places", answersAreTheEntries),
        ("ends", endsAreTheEntries), ("plans", plansAreKept),
    ]

    /// - Parameter without: an invariant whose check is switched off, to show that it is the one that finds something.
    static func check(_ evidence: Evidence, without: String? = nil) -> [Violation] {
        invariants.filter { $0.name != without }.flatMap { invariant in
            invariant.check(evidence).map { Violation(invariant: invariant.name, what: $0) }
        }
    }

    /// I1: every acknowledged append is present with the acknowledged index and bytes.
    static func acknowledgedIsPresent(_ evidence: Evidence) -> [String] {
        var found: [String] = []
        for (index, bytes) in evidence.acknowledged.sorted(by: { $0.key < $1.key }) {
            guard index < evidence.lines.count, let line = evidence.lines[Int(index)] else {
                found.append("entry \(index) was acknowledged and is not there")
                continue
            }
            if let bytes, bytes != line { found.append("entry \(index) has other bytes than were acknowledged") }
        }
        for (token, index) in evidence.tokens.sorted(by: { $0.key < $1.key }) {
            let entries = evidence.entries.filter { $0.type == "token.issued" && $0.data["token"]?.text == token }
            if entries.map(\.index) != [index] {
                found.append("token \(token) has left and its entry is at \(entries.map(\.index)), not at \(index)")
            }
        }
        let present = Set(evidence.entries.compactMap { $0.request?.id })
        for (id, told) in evidence.requests.sorted(by: { $0.key < $1.key }) where told == .done {
            if !present.contains(id) { found.append("\(id) was said to be done and has no entry") }
        }
        return found
    }

    /// I2: indexes 0..n−1 without holes; every (chain, class) sequence and every stream version contiguous.
    static func isWithoutHoles(_ evidence: Evidence) -> [String] {
        var found: [String] = []
        for (index, line) in evidence.lines.enumerated() where line == nil { found.append("entry \(index) is missing") }
        var sequences: [String: UInt64] = [:]
        var versions: [String: UInt64] = [:]
        for (place, entry) in evidence.entries.enumerated() {
            if entry.index != UInt64(place) { found.append("entry \(place) says that it is \(entry.index)") }
            let chain = "\(entry.chain) \(entry.class.rawValue)"
            let sequence = sequences[chain].map { $0 + 1 } ?? 0
            if entry.sequence != sequence {
                found.append("entry \(place) is \(entry.sequence) of \(chain), not \(sequence)")
            }
            sequences[chain] = entry.sequence
            guard let stream = entry.stream, let version = entry.version else { continue }
            let next = (versions[stream] ?? 0) + 1
            if version != next { found.append("entry \(place) is version \(version) of \(stream), not \(next)") }
            versions[stream] = version
        }
        return found
    }

    /// What the product writes of its own accord, without a request.
    private static let ownTypes: Set<String> = [
        "ledger.created", "ledger.opened", "ledger.closed", "ledger.degraded", "ledger.resumed", "clock.stepped",
        "clock.accepted", "chains.attested", "refusals.summarized", "configuration.changed", "ledger.verified",
        "views.attested", "ends.swept",
    ]
    /// The commands that found a ledger: genesis, base URL, two signing keys, administrator and first service.
    private static let foundingCommands = 4
    /// How long a client may repeat a request.
    private static let keySeconds: Int64 = 86_400

    /// I3: nothing unrequested present; a command present at most once per idempotency key.
    static func nothingUnrequested(_ evidence: Evidence) -> [String] {
        var found: [String] = []
        var keys: [String: Entry] = [:]
        var founding = 0
        for entry in evidence.entries {
            if entry.batch.map({ $0.position == 1 }) ?? true { founding += 1 }
            guard let request = entry.request else {
                if founding > foundingCommands, !ownTypes.contains(entry.type) {
                    found.append("entry \(entry.index), \(entry.type), was requested by nobody")
                }
                continue
            }
            switch evidence.requests[request.id] {
            case nil:
                found.append("entry \(entry.index), \(entry.type), is of \(request.id), which nobody sent")
            // A full disk keeps nothing of what it was full for; and what was refused has changed nothing.
            case .status(let status)? where status == 507 || (status >= 400 && status < 500 && entry.class == .state):
                found.append("entry \(entry.index), \(entry.type), is of \(request.id), answered \(status)")
            case .nothing?, .status?, .done?: break
            }
            guard let idempotency = request.idempotency, entry.batch.map({ $0.position == 1 }) ?? true else { continue }
            let key = "\(entry.actor.id ?? "") \(idempotency.key.mac)"
            if let first = keys[key], entry.recordedAt < first.recordedAt.adding(seconds: keySeconds) {
                found.append("entries \(first.index) and \(entry.index) are of one key")
            }
            keys[key] = entry
        }
        return found
    }

    /// I4: the root of the leaves = the stored root = every signed checkpoint of that size; one past for all of them.
    static func isSigned(_ evidence: Evidence) -> [String] {
        var found: [String] = []
        let leaves = evidence.leaves
        if MerkleTree.root(of: leaves) != evidence.storedRoot {
            found.append("the stored root is not that of the leaves")
        }
        if !leaves.starts(with: evidence.earlier) { found.append("entries that were there have changed or gone") }
        for note in evidence.checkpoints {
            guard let verifier = evidence.verifier, note.isSigned(by: verifier),
                let checkpoint = try? Checkpoint(text: note.text)
            else {
                found.append("a checkpoint without its signature")
                continue
            }
            guard checkpoint.size <= UInt64(leaves.count) else {
                found.append("a checkpoint of \(checkpoint.size) entries, where there are \(leaves.count)")
                continue
            }
            if MerkleTree.root(of: Array(leaves.prefix(Int(checkpoint.size)))) != checkpoint.root {
                found.append("the checkpoint of \(checkpoint.size) entries is of others")
            }
        }
        return found + evidence.problems.map { "verification: \($0)" }
    }

    /// I5: no checkpoint, anchor, head hint or `applied` beyond the durable size at any crash point.
    static func nothingIsAhead(_ evidence: Evidence) -> [String] {
        evidence.durable.flatMap { durable in
            [
                ("the anchor's checkpoint", durable.checkpoint), ("the head hint", durable.hint),
                ("the views", durable.applied),
            ].compactMap { name, size in
                size.flatMap { $0 > durable.size ? "\(name) is at \($0), the ledger at \(durable.size)" : nil }
            }
        }
    }

    /// I6: views = fold(ledger), row for row; `applied` ≤ size.
    static func viewsAreTheFold(_ evidence: Evidence) -> [String] {
        let size = UInt64(evidence.lines.count)
        let ahead = evidence.applied > size ? ["the views are at \(evidence.applied), the ledger at \(size)"] : []
        return ahead + evidence.differences.map { "the views differ from a replay: \($0)" }
    }

    /// I7: `recorded_at` strictly increasing from command to command.
    static func timeRises(_ evidence: Evidence) -> [String] {
        zip(evidence.entries, evidence.entries.dropFirst()).compactMap { before, after in
            let isSameCommand = (after.batch?.position ?? 1) > 1
            let holds = isSameCommand ? after.recordedAt == before.recordedAt : after.recordedAt > before.recordedAt
            return holds
                ? nil : "entry \(after.index) is of \(after.recordedAt.text), \(before.recordedAt.text) before it"
        }
    }

    /// I9: nothing is repaired in silence: a start says how the run before it ended.
    static func stopsAreNamed(_ evidence: Evidence) -> [String] {
        guard let stop = evidence.lastStop, let opened = evidence.entries.last(where: { $0.type == "ledger.opened" })
        else { return [] }
        let said = opened.data["stop"]?.text ?? "nothing"
        return said == stop ? [] : ["the last run ended as \(stop), and the start after it says \(said)"]
    }

    /// I10: a reader as of N sees the same answer before, during and after the fault.
    static func pastStands(_ evidence: Evidence) -> [String] {
        evidence.recalled.compactMap { recalled in
            guard recalled.then != recalled.now else { return nil }
            let now = recalled.now.map { "\($0.name) v\($0.version)" } ?? "nothing"
            let then = "\(recalled.then.name) v\(recalled.then.version)"
            return "\(recalled.then.id) as of \(recalled.then.index) was \(then), and is \(now)"
        }
    }

    /// I11: no ledger ends inside a batch.
    static func endsWithCommand(_ evidence: Evidence) -> [String] {
        let ends = evidence.durable.map(\.lastBatch) + [evidence.entries.last?.batch]
        return ends.compactMap { batch in
            batch.flatMap { $0.position < $0.count ? "the ledger ends at entry \($0.position) of \($0.count)" : nil }
        }
    }
}
