import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Wire

// What is looked at between lives.
extension Simulation {
    /// What is there with nothing running, before anybody opens it.
    func inspectDisk() {
        do {
            let tables = try directory.ledger(.readOnly)
            let size = try tables.environment.read { try tables.size($0) }
            let last = try tables.environment.read { try size > 0 ? tables.entry(size - 1, $0) : nil }
            let anchor = try directory.anchor(.readOnly)
            let note = try anchor.checkpoint()
            durable.append(
                Evidence.Durable(
                    size: size,
                    checkpoint: try note.map { try Checkpoint(text: $0.text).size },
                    hint: try anchor.head()?.size,
                    applied: viewSize(),
                    lastBatch: try last.map { try Entry(decoding: $0) }?.batch
                )
            )
            trace.add("on the disk: \(size) entries")
        } catch {
            book.violate("I5", "what is on the disk cannot be read: \(error)")
        }
    }

    /// Looks at everything through a server that nobody uses, and compares it with all that was ever told.
    func audit(_ instance: Instance) {
        do {
            evidence = try gather(instance)
            for violation in Oracle.check(evidence) {
                book.violate(violation.invariant, violation.what)
            }
            durable = []
            lastStop = nil
            try compareWithModel(instance)
            trace.add("audited \(evidence.lines.count) entries, \(evidence.storedRoot)")
        } catch {
            book.violate("I9", "what is there cannot be read: \(error)")
        }
    }

    func gather(_ instance: Instance) throws -> Evidence {
        let (tables, told) = (instance.tables, book.use { $0 })
        var evidence = Evidence()
        let size = try tables.environment.read { try tables.size($0) }
        try tables.walk(0..<size) { line in
            guard case .entry(_, let bytes) = line else { return evidence.lines.append(nil) }
            evidence.lines.append(bytes)
            evidence.entries.append(try Entry(decoding: bytes))
        }
        evidence.storedRoot = try tables.environment.read { try tables.range(at: size, $0).root }
        evidence.earlier = self.evidence.leaves
        evidence.verifier = instance.identity.verifierKey
        evidence.checkpoints = told.checkpoints
        evidence.acknowledged = told.acknowledged
        evidence.tokens = told.tokens
        evidence.requests = told.requests
        evidence.durable = durable
        evidence.starts = starts
        evidence.applied = try instance.views.applied()?.size ?? 0
        evidence.differences = options.isBlind && isDamaged ? [] : try differences(instance)
        evidence.problems = try Verification(tables: tables, keys: instance.keys, anchor: directory.anchor(.readOnly))
            .run().problems.map { "\($0.index.map { "entry \($0): " } ?? "")\($0.what)" }
        evidence.recalled = try told.sights.map { .init(then: $0, now: try recall($0, instance)) }
        evidence.answers = try told.answers + askAboutThePast(evidence.entries, instance)
        evidence.carriedOut = told.carriedOut
        evidence.lasting = try askAboutEnds(evidence.entries, instance)
        evidence.rows = Dictionary(
            uniqueKeysWithValues: try instance.views.tableHashes().map { ($0.table, $0.total.rows) }
        )
        evidence.lastStop = lastStop
        evidence.whileDamaged = whileDamaged
        return evidence
    }

    /// Each revocation now and as of its entry, and as of the last entry by the time of that one.
    private func askAboutEnds(_ entries: [Entry], _ instance: Instance) throws -> [Evidence.Lasting] {
        guard let last = entries.last else { return [] }
        let wall = clock.world.wall()
        return try instance.read { snapshot in
            try entries.filter { $0.type == "token.revoked" }.flatMap { entry in
                guard let token = entry.stream.flatMap({ TokenID($0) }) else { return [Evidence.Lasting]() }
                let moments: [(UInt64?, Instant)] = [
                    (nil, wall), (entry.index, entry.recordedAt), (last.index, last.recordedAt),
                ]
                return try moments.map { asOf, moment in
                    let isThere = try snapshot.at(asOf).lasts(token, at: moment)
                    return Evidence.Lasting(token: token.text, moment: moment, asOf: asOf, isThere: isThere)
                }
            }
        }
    }

    /// How many entries there are with nothing running; none where that cannot be read.
    func ledgerSize() -> UInt64 {
        guard let tables = try? directory.ledger(.readOnly) else { return 0 }
        return (try? tables.environment.read { try tables.size($0) }) ?? 0
    }

    /// Compares the live views with others that are folded from the ledger alone.
    func differences(_ instance: Instance) throws -> [String] {
        let replay = try ViewReplay(
            directory,
            tables: instance.tables,
            keys: instance.keys,
            into: DataDirectory(simulated: SimulatedDisk(seed: 1))
        )
        guard let built = try replay.build(to: nil) else { return ["there is nothing to fold"] }
        let attested = built.unlikeAttested.filter { !whileDamaged.contains($0.index) }.map {
            "entry \($0.index) attests other \($0.tables.joined(separator: ", "))"
        }
        return try instance.views.differences(from: built.views).map { "\($0.table) \(Hex.encode($0.key))" } + attested
    }

    private func recall(_ sight: Book.Sight, _ instance: Instance) throws -> Book.Sight? {
        let state = try Self.state(of: sight.id, sight.kind, asOf: sight.index, instance)
        return state.map {
            Book.Sight(id: sight.id, kind: sight.kind, index: sight.index, name: $0.name, version: $0.version)
        }
    }

    struct Present {
        let name: String
        let version: UInt64
        /// Whether it was deleted itself, or is gone with a place that it stands in.
        let isDeleted: Bool
        let isSuspended: Bool
    }

    static func state(
        of id: String,
        _ kind: Known.Kind,
        asOf index: UInt64? = nil,
        _ instance: Instance,
    ) throws -> Present? {
        try instance.read { snapshot in
            let reader = snapshot.at(index)
            return switch kind {
            case .partner: try state(Partner.self, id, reader) { $0.name }
            case .tenant: try state(Tenant.self, id, reader) { $0.name }
            case .application: try state(Application.self, id, reader) { $0.name }
            case .agent: try state(Agent.self, id, reader) { $0.name }
            case .group: try state(Group.self, id, reader) { $0.name }
            case .user:
                try state(User.self, id, reader) {
                    try $0.displayName.flatMap { try instance.open($0) }?["display_name"]?.text ?? ""
                }
            }
        }
    }

    private static func state<R: Resource>(
        _ kind: R.Type,
        _ id: String,
        _ reader: ViewSnapshot,
        _ name: (R) throws -> String,
    ) throws -> Present? {
        guard let id = Identifier<R>(id), let found = try reader.resource(id) else { return nil }
        return Present(
            name: try name(found.state),
            version: found.version,
            isDeleted: try found.state.status == .deleted || !reader.lives(found.place),
            isSuspended: found.state.status == .suspended
        )
    }

    /// Each resource is as the last acknowledgement says, or as a request without an outcome may have made it; which of
    /// them it is counts from now on.
    private func compareWithModel(_ instance: Instance) throws {
        for (id, known) in book.use({ $0.resources }).sorted(by: { $0.key < $1.key }) {
            guard let present = try Self.state(of: id, known.kind, instance) else {
                book.violate("model", "\(id) was acknowledged at \(known.index) and is not there")
                continue
            }
            let names = known.maybeNames.union([known.name])
            if !known.isDeleted, !names.contains(present.name) {
                book.violate("model", "\(id) is called \(present.name), which is none of \(names.sorted())")
            }
            if present.version < known.version {
                book.violate("model", "\(id) is at version \(present.version), behind \(known.version)")
            }
            if present.isDeleted ? !known.isDeleted && !known.mayBeDeleted : known.isDeleted && !known.mayReturn {
                book.violate("model", "\(id) is \(present.isDeleted ? "" : "not ")deleted")
            }
            if !present.isDeleted, !known.suspension.maybe.contains(present.isSuspended) {
                book.violate("model", "\(id) is \(present.isSuspended ? "" : "not ")suspended")
            }
            book.use { state in
                state.resources[id]?.suspension.see(present.isSuspended)
                state.resources[id]?.name = present.name
                state.resources[id]?.version = present.version
                state.resources[id]?.isDeleted = present.isDeleted
                state.resources[id]?.maybeNames = []
                state.resources[id]?.maybeDeletions = 0
                state.resources[id]?.mayReturn = false
            }
        }
    }
}
