import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// What the audit is asked for: the filters of a request, and the page.
struct AuditSearch: Sendable {
    private let query: Query
    private let tenant: TenantID?
    private let partner: PartnerID?
    private let address: String?

    static let parameters: [Endpoint.Parameter] = [
        .init("tenant_id", in: .query, "Entries of one tenant", identifierSchema(Tenant.prefix)),
        .init("partner_id", in: .query, "Entries of one partner and its tenants", identifierSchema(Partner.prefix)),
        .init("actor_id", in: .query, "Who did it", .string(maxLength: 68)),
        .init(
            "actor_email",
            in: .query,
            "Who did it, by e-mail address",
            .string(maxLength: FieldKind.emailCharactersMax)
        ),
        .init("action", in: .query, "What was done: tenant.updated", .choice(actions)),
        .init("resource_type", in: .query, "To what kind of thing: tenant", .choice(resourceTypes)),
        .init("resource_id", in: .query, "To what", .string(maxLength: 68)),
        .init("result", in: .query, "How it went", .choice(["ok", "denied", "failed"])),
        .init("start_time", in: .query, "From then on", .time),
        .init("end_time", in: .query, "Up to then", .time),
        .init("ip_address", in: .query, "From where", .address),
        .init("order", in: .query, "desc, the newest first, when left out", .choice(["asc", "desc"])),
    ]

    /// The words there are: any other would find nothing, which reads like an all-clear.
    static let actions = Array(Set(EntryType.allCases.map(\.text))).sorted()
    static let resourceTypes = Array(Set(EntryType.allCases.map(\.noun))).sorted()

    init(_ query: Query) throws(Refusal) {
        self.query = query
        var issues: [FieldIssue] = []
        tenant = query.text("tenant_id").flatMap { TenantID($0) }
        partner = query.text("partner_id").flatMap { PartnerID($0) }
        address = query.text("ip_address").flatMap { IPAddress($0)?.unmapped.text }
        for (name, isRead) in [("tenant_id", tenant != nil), ("partner_id", partner != nil)]
        where !isRead && query.text(name) != nil {
            issues.append(Query.issue(name, "Input should be an identifier of that kind", "string_pattern_mismatch"))
        }
        if !issues.isEmpty { throw .rejected(.invalid(issues)) }
    }

    /// Of chains out of its reach a caller learns nothing, not even that there is nothing.
    func require(_ judge: Judge) throws {
        if let tenant { try judge.require(.tenant(tenant)) }
        if let partner { try judge.require(.partner(partner)) }
    }

    /// Where a read of this page counts: with what it is narrowed to, if there is such a thing; else with the reader.
    func chain(by judge: Judge) throws -> Place? {
        if let tenant, try judge.head.resource(tenant) != nil { return .tenant(tenant) }
        if let partner, try judge.head.resource(partner) != nil { return .partner(partner) }
        return judge.authority.places.first
    }

    /// - Parameter end: the last entry that counts, which keeps the pages of one walk still.
    func find(upTo end: UInt64, in judge: Judge, of instance: Instance) throws -> AuditPage {
        let (chains, isWhole) = try chains(judge)
        var page = try find(in: chains, upTo: end, judge, instance)
        page.isExact = page.isExact && isWhole
        return page
    }

    private func find(
        in chains: [String]?,
        upTo end: UInt64,
        _ judge: Judge,
        _ instance: Instance,
    ) throws -> AuditPage {
        let (snapshot, viewer) = (judge.head, try AuditViewer(judge))
        var audit = AuditQuery()
        audit.chains = chains
        audit.types = types
        audit.stream = query.text("resource_id").map(\.plain)
        audit.result = query.text("result").flatMap { Event.Result(rawValue: $0) }
        audit.ip = address
        audit.order = query.text("order") == "asc" ? .oldestFirst : .newestFirst
        audit.page = query.page
        audit.perPage = query.perPage
        audit.to = end
        audit.actors = try actors(in: snapshot)
        audit.sealedHomes = viewer.homes
        if try !setRange(&audit, instance) {
            // Entries of no type: there are none.
            audit.types = []
        }
        // What a reader may not be shown of an entry, it may not find the entry by either.
        guard !viewer.seesEverything, audit.actors != nil || address != nil else { return try snapshot.audit(audit) }
        return try snapshot.audit(audit) { index in
            guard let item = try instance.auditItem(at: index) else { return false }
            if audit.actors != nil, !item.showsActor(to: viewer) { return false }
            return address == nil || item.showsTraces(to: viewer)
        }
    }

    /// The chains that are asked about.
    ///
    /// Of a place its own, and those of all places that stand below it now, deleted ones too; what was transferred away
    /// is not among them.
    ///
    /// - Returns: the chains, `nil` for all of them, and whether these are all that are meant.
    private func chains(_ judge: Judge) throws -> ([String]?, isWhole: Bool) {
        let snapshot = judge.head
        if let tenant {
            let isMeant = try partner == nil || snapshot.partner(of: tenant) == partner
            return (isMeant ? [tenant.text] : [], true)
        }
        let asked = partner.map { [Place.partner($0)] } ?? judge.authority.places
        if asked.contains(.platform) { return (nil, true) }
        let found = try asked.map { try snapshot.places(in: $0, at: Place.Level.allCases, Life.allCases) }
        return (found.flatMap { $0.places.map(\.place.text) }, found.allSatisfy(\.isWhole))
    }

    /// `nil` does not narrow.
    private var types: [EntryType]? {
        let action = query.text("action").map { word in EntryType.named(word).map { [$0] } ?? [] }
        let noun = query.text("resource_type").map { AuditQuery.types(of: $0) }
        guard let action, let noun else { return action ?? noun }
        return action.filter(noun.contains)
    }

    /// `nil` does not narrow; an e-mail address that nobody has finds nothing.
    private func actors(in snapshot: ViewSnapshot) throws -> [String]? {
        let named = query.text("actor_id").map(\.plain)
        guard let email = query.text("actor_email") else { return named.map { [$0] } }
        let users = try snapshot.present.users(withEmail: email).map(\.text)
        return named.map { named in users.filter { $0 == named } } ?? users
    }

    /// Times become indexes, because entries stand in the order of time.
    ///
    /// - Returns: whether anything can lie between.
    private func setRange(_ audit: inout AuditQuery, _ instance: Instance) throws -> Bool {
        if let start = query.time("start_time") { audit.from = try instance.firstIndex(notBefore: start) }
        if let end = query.time("end_time") {
            let after = try instance.firstIndex(notBefore: end.adding(microseconds: 1))
            guard after > 0 else { return false }
            audit.to = min(after - 1, audit.to ?? .max)
        }
        return audit.to.map { audit.from <= $0 } ?? true
    }
}

extension Query {
    fileprivate func time(_ name: String) -> Instant? { text(name).flatMap { try? Instant(rfc3339: $0) } }
}

extension String {
    /// What can name something of ours: any other text finds nothing, and an empty one finds nothing too.
    fileprivate var plain: String {
        let isPlain = utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        return isPlain ? self : ""
    }
}
