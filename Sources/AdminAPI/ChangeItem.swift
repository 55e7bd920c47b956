import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// One entry as a history tells it: what it changed of a resource, or of what hangs on it.
struct ChangeItem {
    private let instance: Instance
    private let reader: ViewSnapshot
    private let viewer: AuditViewer
    /// Whose history it is.
    private let subject: String

    /// - Parameter reader: what came later than it sees undid nothing yet.
    init(_ subject: String, in reader: ViewSnapshot, for viewer: AuditViewer, of instance: Instance) {
        (self.subject, self.reader, self.viewer, self.instance) = (subject, reader, viewer, instance)
    }

    func json(at index: UInt64) throws -> JSON {
        guard let item = try instance.auditItem(at: index),
            let touched = TouchedStream(changedBy: EntryStream(of: item.entry))
        else {
            throw ViewFault.damagedRow(table: ViewTable.versions.name, key: Array(subject.utf8))
        }
        let shown = try item.json(for: viewer, opening: instance.open)
        let isThere = EntryType.named(item.entry.type)?.effect == .links
        return [
            "index": .integer(Int64(index)), "id": .string(item.id),
            "recorded_at": .string(item.entry.recordedAt.text), "action": .string(item.entry.type),
            "actor": shown["actor"] ?? .null, "reason": try item.reason(for: viewer, opening: instance.open),
            "request_id": item.entry.request.map { .string($0.id) } ?? .null,
            "fields": .array(try fields(touched, isThere: isThere, at: index)), "related": try related(touched),
            "batch": shown["batch"] ?? .null,
            "compensates": Self.index(item.entry.compensates), "undone_by": Self.index(try reader.undoing(of: index)),
        ]
    }

    private static func index(_ index: UInt64?) -> JSON { index.map { .integer(Int64($0)) } ?? .null }

    private func fields(_ touched: TouchedStream, isThere: Bool, at index: UInt64) throws -> [JSON] {
        switch touched.type {
        case .resource(let kind):
            // Nothing else changes it, so what was one entry before is the version before.
            let (before, after) = (reader.at(index - 1), reader.at(index))
            let changes = try kind.accept(FieldsOf(id: touched.stream, before: before, after: after))
            return try changes.map { try $0.json(instance.open) }
        case .edge(let relation, let from, let to):
            let name = subject == from ? "member_id" : try relation.accept(ContainerOf()) + "_id"
            return [FieldChange.json(of: name, subject == from ? to : from, isThere: isThere)]
        }
    }

    /// What hangs on the resource and was changed, and what it is to it; null of the resource's own changes.
    private func related(_ touched: TouchedStream) throws -> JSON {
        switch touched.type {
        case .resource(let kind):
            return touched.stream == subject ? .null : Self.related(kind.rawValue, touched.stream, as: "part")
        case .edge(let relation, let from, let to):
            if subject == from { return Self.related(Kind.named(by: to)?.rawValue ?? "", to, as: "member") }
            return Self.related(try relation.accept(ContainerOf()), from, as: "container")
        }
    }

    private static func related(_ kind: String, _ id: String, as role: String) -> JSON {
        ["kind": .string(kind), "id": .string(id), "as": .string(role)]
    }

    private struct FieldsOf: KindVisitor {
        let id: String
        let before: ViewSnapshot
        let after: ViewSnapshot

        func visit<R: Resource>(_ kind: R.Type) throws -> [FieldChange] {
            guard let id = Identifier<R>(id) else { return [] }
            return FieldChange.between(try before.resource(id)?.state, try after.resource(id)?.state)
        }
    }

    private struct ContainerOf: RelationVisitor {
        func visit<L: Relation>(_ relation: L.Type) -> String { L.Container.noun }
    }

    /// The names of its members, in the order of the document.
    static let columns = properties.map(\.name)

    static let schemas = Schema.envelopes("change", .object(properties))

    private static let properties: [Schema.Property] = [
        .init("index", .integer(min: 0), "The entry's place in the ledger", required: true),
        .init("id", .string(pattern: "^evt_[A-Za-z0-9_-]{22}$"), required: true),
        .init("recorded_at", .time, required: true),
        .init("action", .string(), "What was done: tenant.updated", required: true),
        .init("actor", .anyObject, "Who, as the audit shows it", required: true),
        .init(
            "reason",
            .any(of: [.nullable(.string()), .erased]),
            "Why, where whoever acted said so; {\"erased\": true} when that was erased",
            required: true
        ),
        .init("request_id", .nullable(.string()), required: true),
        .init("fields", .array(FieldChange.schema), "What changed", required: true),
        .init(
            "related",
            .nullable(
                .object([
                    .init("kind", .string(), required: true), .init("id", .string(), required: true),
                    .init(
                        "as",
                        .choice(["part", "member", "container"]),
                        "What it is to the resource",
                        required: true
                    ),
                ])
            ),
            "What was changed of what hangs on the resource; null of its own changes",
            required: true
        ),
        .init(
            "batch",
            .nullable(.array(.integer(min: 1))),
            "Its place in its command, and how many there are",
            required: true
        ),
        .init("compensates", .nullable(.integer(min: 0)), "The newest entry that it undoes", required: true),
        .init("undone_by", .nullable(.integer(min: 0)), "The newest entry that undid it", required: true),
    ]
}
