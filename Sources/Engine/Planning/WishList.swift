import EventLog
import Identity
import Plans
import Views
import Wire

/// What a request comes to: the streams it is about, and what was looked at to find them.
struct WishList: Sendable {
    var wishes: [Wish] = []
    /// The chains whose changes were looked for; empty where what is asked cannot grow.
    var watched: [Place] = []
    /// What cannot be known any more of the time that is asked about.
    var losses: [Loss] = []
}

/// Finds what a request is about, as of an entry.
///
/// Entries never change, so what is found stands; only what is changed afterwards can join, where the request is about
/// a place.
struct WishFinder {
    let instance: Instance
    let snapshot: ViewSnapshot
    let authority: Authority
    /// The last entry that counts.
    let last: UInt64

    func find(_ request: PlanRequest) throws -> WishList {
        switch request.ask {
        case .undo(let undo):
            var list = WishList(wishes: try wishes(undoing: indexes(of: undo), areNamed: undo.namesEntries))
            if case .actor(_, let from, _, let scope) = undo {
                list.losses = try lost(since: from, in: chains(scope))
            }
            return list
        case .resource(let id, let to):
            return WishList(wishes: [try wish(restoring: id, to: to)])
        case .place(let place, let to, let kinds, let since):
            return try wishes(restoring: place, to: to, kinds, since)
        }
    }

    private func indexes(of undo: PlanRequest.Undo) throws -> [UInt64] {
        switch undo {
        case .entries(let indexes): return indexes
        case .batch(let index):
            guard index <= last, let entry = try instance.entry(at: index) else { throw Self.noEntry(index, "batch") }
            guard let batch = entry.batch else { return [index] }
            let start = index + 1 - UInt64(batch.position)
            return Array(start..<start + UInt64(batch.count))
        case .cause(let index):
            guard index <= last else { throw Self.noEntry(index, "cause") }
            return try changes(from: index) { $0.cause == index }
        case .request(let id):
            let found = try changes(from: 0) { $0.request.map { $0.id.bytesEqual(id) } ?? false }
            guard !found.isEmpty else {
                throw Self.invalid(["undo", "request_id"], "No request of this name is among the newest changes")
            }
            return found
        case .actor(let id, let from, let to, let scope):
            if let scope { try authority.require(scope, snapshot) }
            return try changes(from: from, to: to, by: id, in: scope) { _ in true }
        }
    }

    /// The changes of a part of the ledger that the caller reaches, as far as the audit looks for them at once.
    private func changes(
        from: UInt64,
        to: UInt64? = nil,
        by actor: String? = nil,
        in scope: Place? = nil,
        where isMeant: @escaping (Entry) -> Bool,
    ) throws -> [UInt64] {
        var query = AuditQuery()
        query.types = EntryType.allCases.filter { $0.changedKind != nil || $0.changedRelation != nil }
        query.chains = try chains(scope)
        (query.from, query.to) = (from, min(to ?? last, last))
        query.perPage = PlanLimits.entriesMax
        if let actor {
            query.actors = [actor]
            // Who acts from above is not found by those below.
            query.sealedHomes = authority.reachesPlatform ? nil : authority.places.map(\.text)
        }
        let page = try snapshot.audit(query) { index in try instance.entry(at: index).map(isMeant) ?? false }
        guard page.total <= PlanLimits.entriesMax else { throw Self.tooMany }
        return page.indexes.sorted()
    }

    private func chains(_ scope: Place?) throws -> [String]? {
        let asked = scope.map { [$0] } ?? authority.places
        if asked.contains(.platform) { return nil }
        return try asked.flatMap { try snapshot.places(in: $0, at: Place.Level.allCases, Life.allCases).places }
            .map(\.place.text)
    }

    /// - Parameter areNamed: whether each entry was asked for, so that one that changes nothing is told.
    private func wishes(undoing indexes: [UInt64], areNamed: Bool) throws -> [Wish] {
        var streams: [String] = []
        var found: [String: (target: StreamTarget, entries: [Wish.UndoneEntry])] = [:]
        for index in indexes {
            guard index <= last, let entry = try instance.entry(at: index) else {
                throw Self.noEntry(index, "indexes")
            }
            guard let place = Place(entry.chain) else { throw LedgerFault.damaged(index: index, "its chain is none") }
            try authority.require(place, snapshot)
            guard let stream = entry.stream, let type = EntryType.named(entry.type, schema: entry.schema),
                let target = StreamTarget(type, entry.data)
            else {
                if areNamed { throw Self.invalid(["undo", "indexes"], "Entry \(index) changes no resource") }
                continue
            }
            if found[stream] == nil { streams.append(stream) }
            found[stream, default: (target, [])].entries
                .append(Wish.UndoneEntry(index: index, effect: type.effect))
        }
        return streams.compactMap { stream in
            found[stream].map { Wish(stream: stream, target: $0.target, aim: .undo($0.entries)) }
        }
    }
}

// What is restored.
extension WishFinder {
    private func wish(restoring id: String, to: UInt64) throws -> Wish {
        guard let kind = Kind(ofIdentifier: id) else { throw Rejection.notFound("resource") }
        guard let present = try kind.accept(StandOf(id: id, facts: snapshot)) else {
            throw Rejection.notFound(kind.rawValue)
        }
        try authority.require(present.place, snapshot)
        guard try kind.accept(StandOf(id: id, facts: snapshot.at(to)))?.isLiving ?? false else {
            throw Self.invalid(["restore", "to"], "There was no such \(kind.rawValue) then")
        }
        return Wish(stream: id, target: .resource(kind), aim: .restore(to: to, createdSince: .keep))
    }

    private func wishes(
        restoring place: Place,
        to: UInt64,
        _ kinds: [String]?,
        _ since: Wish.CreatedSince,
    ) throws -> WishList {
        try authority.require(place, snapshot)
        let past = snapshot.at(to)
        guard try past.lives(place) else {
            throw Self.invalid(["restore", "to"], "The place was not there then")
        }
        var watched = [place]
        for reader in [past, snapshot.at(last)] {
            let below = try reader.places(in: place, at: Place.Level.allCases, Life.allCases)
            guard below.isWhole else { throw Self.tooMany }
            for inner in below.places where !watched.contains(inner.place) { watched.append(inner.place) }
        }
        let touched = try instance.touchedStreams(in: watched, after: to, upTo: last, snapshot)
        var list = WishList(watched: watched, losses: try lost(since: to, in: watched.map(\.text)))
        for stream in touched where try isMeant(stream, kinds, place, past) {
            let aim = Wish.Aim.restore(to: to, createdSince: since)
            list.wishes.append(Wish(stream: stream.stream, target: stream.type, aim: aim))
        }
        guard list.wishes.count <= PlanLimits.entriesMax else { throw Self.tooMany }
        return list
    }

    /// Whether a stream belongs to a place: of a tenant that joined a partner since, its moving alone does.
    private func isMeant(_ touched: TouchedStream, _ kinds: [String]?, _ place: Place, _ past: ViewSnapshot) throws
        -> Bool
    {
        switch touched.type {
        case .resource(let kind):
            if let kinds, !kinds.contains(kind.rawValue) { return false }
            guard let now = try kind.accept(StandOf(id: touched.stream, facts: snapshot)) else { return false }
            return try now.isPlace || wasBelow(now.place, place, past)
        case .edge(let relation, let from, _):
            if let kinds, !kinds.contains(relation.rawValue) { return false }
            guard let kind = Kind(ofIdentifier: from), let now = try kind.accept(StandOf(id: from, facts: snapshot))
            else { return false }
            return try wasBelow(now.place, place, past)
        }
    }

    /// Whether a place stood below another then, or did not exist.
    private func wasBelow(_ inner: Place, _ place: Place, _ past: ViewSnapshot) throws -> Bool {
        guard case .tenant(let id) = inner, inner != place, let then = try past.resource(id) else { return true }
        return then.place == place
    }

    /// Whether activity of that time was removed, so that nobody can say any more what it was.
    private func lost(since start: UInt64, in chains: [String]?) throws -> [Loss] {
        let applied = RetentionSubject.entry(.applied)
        guard let newest = try snapshot.latest(applied), newest > start else { return [] }
        var query = AuditQuery()
        (query.types, query.from, query.to) = ([applied], start, last)
        query.perPage = PlanLimits.entriesMax
        let isLost = try snapshot.audit(query).indexes.contains { index in
            guard let data = try instance.entry(at: index)?.data, let end = data["last_index"]?.number,
                let chain = data["chain"]?.text
            else { return false }
            return UInt64(end) >= start && (chains?.contains { $0.bytesEqual(chain) } ?? true)
        }
        return isLost ? [Loss(.activityRemoved, of: nil)] : []
    }

    private static func noEntry(_ index: UInt64, _ name: String) -> Rejection {
        invalid(["undo", name], "The ledger has no entry \(index) that could be undone")
    }

    private static func invalid(_ place: [String], _ message: String) -> Rejection {
        .invalid([FieldIssue(["body"] + place, message, "value_error")])
    }

    private static var tooMany: Rejection {
        invalid([], "This is about more than \(PlanLimits.entriesMax) changes: ask about less at once")
    }
}

extension PlanRequest.Undo {
    fileprivate var namesEntries: Bool {
        switch self {
        case .entries: true
        case .batch, .cause, .request, .actor: false
        }
    }
}

extension StreamTarget {
    /// What an entry of a type changes; nil where it changes nothing.
    init?(_ type: EntryType, _ data: Members) {
        if let kind = type.changedKind {
            self = .resource(kind)
        } else if let relation = type.changedRelation, let from = data["from"]?.text, let to = data["to"]?.text {
            self = .edge(relation, from: from, to: to)
        } else {
            return nil
        }
    }
}

/// Where a resource of a kind stands, and whether it is there.
private struct StandOf<F: Facts>: KindVisitor {
    let id: String
    let facts: F

    func visit<R: Resource>(_ kind: R.Type) throws -> (place: Place, isLiving: Bool, isPlace: Bool)? {
        guard let id = Identifier<R>(id), let found = try facts.resource(id) else { return nil }
        return (found.place, found.state.life == .living, R.isPlace != nil)
    }
}
