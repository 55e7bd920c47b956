import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// What is done with the members of a container, written once for every relation.
struct RelationEndpoints<L: Relation>: Sendable {
    typealias Container = L.Container

    let admin: Admin

    private static var pathName: String { Container.noun + "_id" }
    private static var container: String { "/\(Container.area.word)/{\(pathName)}" }
    private static var members: String { "\(container)/\(L.collection)" }
    private static var theContainer: String { "the members of a \(Container.noun)" }

    var all: [Endpoint] {
        let effective = Endpoint.get(
            "\(Self.container)/effective-\(L.collection)",
            .reads(Container.self),
            "List the people who are members of a \(Container.noun), directly or through others",
            effective
        )
        return [
            .get(Self.members, .reads(Container.self), "List \(Self.theContainer)", list),
            .post(Self.members, .writes(Container.self), "Add a member to a \(Container.noun)", add),
            .delete(
                "\(Self.members)/{member_id}",
                .writes(Container.self),
                "Remove a member of a \(Container.noun)",
                remove
            ),
        ] + (L.isNested ? [effective] : [])
    }

    private func name(_ verb: String) -> String { Container.area.word.replacing("-", with: "_") + "." + verb }

    private var list: Operation {
        Operation(
            admin,
            name("list_\(L.collection)"),
            parameters: [.page, .perPage],
            replies: .page("A page, in the order of their creation", of: L.noun) + [.absent],
            run: showMembers
        )
    }

    private var effective: Operation {
        Operation(
            admin,
            name("list_effective_\(L.collection)"),
            parameters: [.page, .perPage],
            replies: .page("A page, each once", of: "effective_\(L.noun)") + [.absent],
            run: showEffective
        )
    }

    private var add: Operation {
        Operation(
            admin,
            name("add_\(L.collection)"),
            body: .required(.object([.init("member_id", Self.memberSchema, "Who joins", required: true)])),
            replies: [
                .init(201, "Added", .data(L.noun)), .init(200, "It is a member already", .data(L.noun)), .absent,
                .conflict,
            ],
            run: addMember
        )
    }

    private var remove: Operation {
        Operation(
            admin,
            name("remove_\(L.collection)"),
            replies: [.init(204, "Removed"), .absent, .conflict],
            run: removeMember
        )
    }

    private func showMembers(_ call: Call) async throws(Refusal) -> Answer {
        try await show(call, ["member_id", "member_type"]) { reader, id, query in
            let page = try reader.members(L.self, of: id.text, page: query.page, perPage: query.perPage)
            return MemberPage(items: page.items.map(Self.json), total: page.total, isExact: page.isExact)
        }
    }

    private func showEffective(_ call: Call) async throws(Refusal) -> Answer {
        try await show(call, ["member_id", "member_type", "path"]) { reader, id, query in
            let page = try reader.effectiveMembers(
                L.self,
                of: id.text,
                .user,
                page: query.page,
                perPage: query.perPage
            )
            let items = page.items.map { member -> JSON in
                [
                    "member_id": .string(member.id), "member_type": .string(Kind.user.rawValue),
                    "path": .array(member.path.map(JSON.string)),
                ]
            }
            return MemberPage(items: items, total: page.total, isExact: page.isExact)
        }
    }

    private func show(
        _ call: Call,
        _ columns: [String],
        _ find: @Sendable (ViewSnapshot, Identifier<Container>, Query) throws -> MemberPage<JSON>,
    ) async throws(Refusal) -> Answer {
        let id = try call.id(Self.pathName, of: Container.self)
        let query = call.query
        let sight = try await call.read(for: id.text) { reader, judge in
            let container = try reader.living(id)
            try judge.require(of: container)
            return (container.chain, try find(reader, id, query))
        }
        let (chain, page) = sight.value
        try await call.record(L.entry(.listed), chain: chain, stream: id.text)
        let part = ListPart(query, total: page.total, isExact: page.isExact, asOf: call.position ?? sight.index)
        return .list(page.items.map { Item($0) }, part, of: columns, at: sight.index)
    }

    private static func json(_ member: Member) -> JSON {
        ["member_id": .string(member.id), "member_type": .string(member.kind.rawValue)]
    }

    private func addMember(_ call: Call) async throws(Refusal) -> Answer {
        let member = try Self.memberID(call.body)
        let id = try call.id(Self.pathName, of: Container.self)
        let kind = L.memberKinds.first { member.hasPrefix($0.prefix + "_") } ?? .user
        let command = ChangeEdge<L>(id, member) { context in
            try L.add(member, to: id, by: context.authority, facts: context.facts)
        }
        return try await call.write(command) { isNew, index in
            .one(Item(Self.json(Member(id: member, kind: kind))), isNew: isNew, at: index)
        }
    }

    private func removeMember(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(Self.pathName, of: Container.self)
        let member = call.path["member_id"]
        let command = ChangeEdge<L>(id, member) { context in
            try L.remove(member, from: id, by: context.authority, facts: context.facts)
        }
        return try await call.write(command) { _, index in .done(at: index) }
    }

    private static func memberID(_ body: Members) throws(Refusal) -> String {
        var issues = body.filter { $0.name != "member_id" }.map {
            FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden")
        }
        let prefixes = L.memberKinds.map(\.prefix)
        switch body["member_id"] {
        case nil: issues.append(FieldIssue(["body", "member_id"], "Field required", "missing"))
        case .string(let text)? where prefixes.contains { text.hasPrefix($0 + "_") } && text.utf8.count <= 68:
            if issues.isEmpty { return text }
        case .some:
            let words = prefixes.map { "'\($0)_'" }.joined(separator: " or ")
            let message = "Input should be an identifier that starts with \(words)"
            issues.append(FieldIssue(["body", "member_id"], message, "string_pattern_mismatch"))
        }
        throw .rejected(.invalid(issues))
    }

    private static var memberSchema: Schema {
        identifierSchema("(" + L.memberKinds.map(\.prefix).joined(separator: "|") + ")")
    }

    /// The shapes that these endpoints answer with.
    static var schemas: [(name: String, schema: Schema)] {
        let member = [
            Schema.Property("member_id", memberSchema, required: true),
            Schema.Property("member_type", .choice(L.memberKinds.map(\.rawValue)), required: true),
        ]
        let path = Schema.Property(
            "path",
            .array(identifierSchema(Container.prefix)),
            "What leads there, from the \(Container.noun) that was asked about on",
            required: true
        )
        return Schema.envelopes(L.noun, .object(member))
            + (L.isNested ? Schema.envelopes("effective_\(L.noun)", .object(member + [path])) : [])
    }
}

/// The endpoints, and the shapes, of every relation.
struct EveryRelation: RelationVisitor {
    let admin: Admin

    func visit<L: Relation>(_ relation: L.Type) -> [Endpoint] { RelationEndpoints<L>(admin: admin).all }

    struct Shapes: RelationVisitor {
        func visit<L: Relation>(_ relation: L.Type) -> [(name: String, schema: Schema)] {
            RelationEndpoints<L>.schemas
        }
    }
}
