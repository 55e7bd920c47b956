import Endpoints
import Engine
import EventLog
import Identity
import Wire

/// One entry as the audit shows it: its public part as stored, and beside it the contract's names for what is in it.
struct AuditItem {
    let entry: Entry
    private let stored: Members
    let chain: Place

    /// - Throws: when the bytes are no entry of ours, which is damage.
    init(_ bytes: [UInt8]) throws {
        entry = try Entry(decoding: bytes)
        stored = try JSON.parse(bytes, as: .canonical).members ?? [:]
        guard let chain = Place(entry.chain) else { throw Malformed("an entry counts in a chain", at: 0) }
        self.chain = chain
    }

    var index: UInt64 { entry.index }
    var id: String { entry.id }

    func isNamed(_ name: String) -> Bool { name.bytesEqual(entry.id) || name.bytesEqual("\(entry.index)") }

    /// Of people who act from above, those below are told kind and home, and no more (decision 28 of the contract).
    func showsActor(to viewer: AuditViewer) -> Bool { entry.actor.homeAbove(chain).map(viewer.standsAt) ?? true }

    /// Where somebody was is told to the platform, and to the place whose own people and programs they are.
    func showsTraces(to viewer: AuditViewer) -> Bool {
        viewer.seesTraces(of: entry.actor.home.flatMap { Place($0) })
    }

    func json(for viewer: AuditViewer, opening: (SealedReference) throws -> Members?) throws -> JSON {
        var item = stored
        let traces = showsTraces(to: viewer) ? try traces(opening) : [:]
        if !showsTraces(to: viewer) { hideTraces(&item) }
        if showsActor(to: viewer) { try nameActor(&item, opening) } else { item["actor"] = .object(kindAndHome) }
        item["action"] = .string(entry.type)
        item["actor_id"] = item["actor"]?["id"] ?? .null
        item["actor_name"] = item["actor"]?["name"] ?? .null
        item["resource_type"] = .string(String(entry.type.prefix { $0 != "." }))
        item["resource_id"] = Self.text(entry.stream)
        item["ip_address"] = traces["ip"] ?? .null
        item["user_agent"] = traces["user_agent"] ?? .null
        return .object(item)
    }

    /// Why, in the words of whoever acted: told to those who may know who that was.
    func reason(for viewer: AuditViewer, opening: (SealedReference) throws -> Members?) throws -> JSON {
        guard showsActor(to: viewer), let place = entry.sealed.firstIndex(where: { $0.fields.contains("reason") })
        else { return .null }
        guard let fields = try opening(SealedReference(index: entry.index, ordinal: place)) else { return .erased }
        return fields["reason"] ?? .null
    }

    private static func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

    private var kindAndHome: Members {
        var members: Members = ["kind": .string(entry.actor.kind.rawValue)]
        members["home"] = entry.actor.home.map(JSON.string)
        return members
    }

    /// Says who acted, and why, where the entry seals that.
    private func nameActor(_ item: inout Members, _ opening: (SealedReference) throws -> Members?) throws {
        let fields = try opened([SealedActor.field], opening)
        guard let sealed = fields[SealedActor.field]?.members, var actor = item["actor"]?.members else { return }
        for (name, value) in sealed { actor[name] = value }
        item["actor"] = .object(actor)
        item["reason"] = fields["reason"]
    }

    /// From where it came: in clear for a program's passing act, sealed where a person or a lasting change is in it.
    private func traces(_ opening: (SealedReference) throws -> Members?) throws -> Members {
        if let request = entry.request, request.ip != nil || request.userAgent != nil {
            return ["ip": Self.text(request.ip), "user_agent": Self.text(request.userAgent)]
        }
        return try opened(["ip", "user_agent"], opening)
    }

    /// The first segment that has one of these fields; empty where none has, and where its key is gone.
    private func opened(_ names: [String], _ opening: (SealedReference) throws -> Members?) throws -> Members {
        guard let place = entry.sealed.firstIndex(where: { !$0.fields.filter(names.contains).isEmpty }) else {
            return [:]
        }
        return try opening(SealedReference(index: entry.index, ordinal: place)) ?? [:]
    }

    private func hideTraces(_ item: inout Members) {
        if var request = item["request"]?.members {
            for name in ["ip", "user_agent", "trace", "idempotency"] { request[name] = nil }
            item["request"] = .object(request)
        }
        if var actor = item["actor"]?.members {
            for name in ["credential", "session"] { actor[name] = nil }
            item["actor"] = .object(actor)
        }
        guard let sealed = item["sealed"]?.items else { return }
        // A segment's subject may be the actor again, and its key is named after it.
        item["sealed"] = .array(
            sealed.map { segment in
                guard var members = segment.members, members["subject"]?.text != chain.text,
                    members["subject"]?.text != entry.stream
                else { return segment }
                members["subject"] = nil
                members["key"] = nil
                return .object(members)
            }
        )
    }

    /// The names of its members, in the order of the document.
    static let columns = properties.map(\.name)

    static let schema = Schema.object(properties, closed: false)

    private static let properties: [Schema.Property] = [

        .init("id", .string(pattern: "^evt_[A-Za-z0-9_-]{22}$"), required: true),
        .init("index", .integer(min: 0), "Its place in the ledger", required: true),
        .init("recorded_at", .time, required: true),
        .init("type", .string(), required: true),
        .init("action", .string(), "The same as type", required: true),
        .init("class", .choice(["state", "activity"]), required: true),
        .init("result", .choice(["ok", "denied", "failed"]), required: true),
        .init("code", .string(), "Why not"),
        .init("chain", .string(), "Where it counts", required: true),
        .init("sequence", .integer(min: 0), "Its place there", required: true),
        .init("actor", .anyObject, "Who; of people who act from above, those below see kind and home", required: true),
        .init("actor_id", .nullable(.string()), required: true),
        .init("actor_name", .nullable(.string()), required: true),
        .init("resource_type", .string(), required: true),
        .init("resource_id", .nullable(.string()), required: true),
        .init("ip_address", .nullable(.string()), required: true),
        .init("user_agent", .nullable(.string()), required: true),
        .init("reason", .string(), "Why, in the words of a person who acted from above"),
        .init("request", .anyObject),
        .init("data", .anyObject, "What changed, or what happened"),
        .init("sealed", .array(.anyObject), "What is kept apart, by the commitment to it"),
    ]
}

/// Who looks at entries, as far as that decides what of them is shown.
struct AuditViewer {
    private let places: [Place]

    init(_ judge: Judge) throws { places = judge.authority.places }

    /// What is told to everybody: nobody's home is above those who may see everything.
    var seesEverything: Bool { places.contains(.platform) }

    /// Whether it may know who the people of a place are that act from there on what is below.
    func standsAt(_ home: Place) -> Bool { seesEverything || places.contains(home) }

    /// The chains of such places; nil are all of them.
    var homes: [String]? { seesEverything ? nil : places.map(\.text) }

    /// A stranger's traces are the place's own affair.
    func seesTraces(of home: Place?) -> Bool { home.map(standsAt) ?? true }
}

extension Instance {
    /// An entry as the audit shows it; `nil` past the end, and where retention removed it.
    func auditItem(at index: UInt64) throws -> AuditItem? {
        try storedEntry(at: index).map { try AuditItem($0) }
    }
}
