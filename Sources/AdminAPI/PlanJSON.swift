import Endpoints
import Engine
import Identity
import Plans
import Wire

/// A plan as answers tell it, and as the document describes it.
enum PlanJSON {
    /// The words for a plan, and for one that was carried out, in the document.
    static let name = "plan"
    static let appliedName = "applied_plan"

    /// How many changes of a plan an answer shows; how many there are stands beside them.
    static let changesMax = 1_000

    /// - Parameter more: what is told beside the plan.
    static func item(_ made: MadePlan, _ admin: Admin, _ more: Members = [:]) -> Item {
        Item { out in
            // Who wrote an entry is told as its leaf tells it, to whoever.
            let author = { (index: UInt64) throws -> JSON? in
                try admin.instance.storedEntry(at: index).flatMap { try JSON.parse($0)["actor"] }
            }
            var members = try made.plan.members(author)
            members.append("digest", .string(PlanDigest.text(of: made.digest)))
            for (name, value) in more { members.append(name, value) }
            out.json(.object(members), as: .foreign)
        }
    }
}

extension Plan {
    /// What it would make is called `new#1` and so on: its identifier is drawn when it is made.
    ///
    /// - Parameter author: who wrote the entry of an index; nil where that is not told.
    fileprivate func members(_ author: (_ index: UInt64) throws -> JSON?) throws -> Members {
        let names = newNames
        var counts = Members()
        for (kind, count) in contents { counts[kind.areaWord] = .integer(Int64(count)) }
        return [
            "changes": .array(changes.prefix(PlanJSON.changesMax).map { $0.json(names) }),
            "change_count": .integer(Int64(changes.count)),
            "conflicts": .array(try conflicts.map { try $0.json(author) }),
            "losses": .array(losses.map { $0.json(names) }),
            "returns": .array(returns.map(\.json)),
            "ends": .array(ends.map(\.json)),
            "counts": .object(counts),
        ]
    }
}

extension PlannedChange {
    fileprivate func json(_ names: [String: String]) -> JSON {
        [
            "resource_id": .string(names[resource] ?? resource), "kind": .string(kind), "verb": .string(verb),
            "fields": .array(
                fields.map { field in
                    [
                        "name": .string(field.name), "before": field.before,
                        "after": field.after.text.flatMap { names[$0] }.map(JSON.string) ?? field.after,
                    ]
                }
            ),
        ]
    }
}

extension Conflict {
    /// What stands in it depends on its kind: what is not known of it is left out.
    fileprivate func json(_ author: (_ index: UInt64) throws -> JSON?) throws -> JSON {
        var members: Members = ["kind": .string(kind.rawValue), "resource_id": .string(resource)]
        if let field { members.append("field", .string(field)) }
        if let entry { members.append("entry", .integer(Int64(entry))) }
        if let index {
            members.append("index", .integer(Int64(index)))
            if let author = try author(index) { members.append("by", author) }
        }
        if let holder { members.append("holder", .string(holder)) }
        if let offer { members.append("offer", .string(offer)) }
        if let code { members.append("code", .string(code)) }
        if kind == .changedSince, let entry, let field { members.append("force", .string("\(entry)/\(field)")) }
        return .object(members)
    }
}

extension Loss {
    fileprivate func json(_ names: [String: String]) -> JSON {
        var members: Members = ["kind": .string(kind.rawValue)]
        if let resource { members.append("resource_id", .string(names[resource] ?? resource)) }
        return .object(members)
    }
}

extension Carried {
    fileprivate var json: JSON {
        ["resource_id": .string(resource), "kind": .string(kind), "of": owner.map(JSON.string) ?? .null]
    }
}

extension Kind {
    /// What several of them are called: `users`.
    fileprivate var areaWord: String { (try? accept(AreaWord())) ?? rawValue }

    private struct AreaWord: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) -> String { R.area.word.replacing("-", with: "_") }
    }
}

extension PlanJSON {
    static let schemas =
        Schema.data(name, .object(properties))
        + Schema.data(appliedName, .object(properties + ends))
        + [
            (
                SchemaName.moved(name),
                .object([
                    .init("detail", .string(), "What to do about it", required: true),
                    .init("data", .named(SchemaName.of(name)), "What it would do now", required: true),
                ])
            )
        ]

    private static let properties: [Schema.Property] = [
        .init("changes", .array(change, maxItems: changesMax), "In the order in which they are made", required: true),
        .init("change_count", .integer(min: 0), "How many there are, shown or not", required: true),
        .init("conflicts", .array(conflict), "What was asked and is left out, with its reason", required: true),
        .init("losses", .array(loss), "What does not come back, or ends", required: true),
        .init("returns", .array(carried), "What works again because its place is back", required: true),
        .init("ends", .array(carried), "What works no more because its place stops", required: true),
        .init("counts", .anyObject, "How many of each kind stand in the places that come back or stop", required: true),
        .init("digest", digest, "Sent back, it holds the act to this plan", required: true),
        .init("entry_count", .integer(min: 0), "Of an undo or a restore: how many entries make it"),
        .init(
            "others_wait_milliseconds",
            .nullable(.integer(min: 0)),
            "About how long other writes wait if it is carried out with atomic, by what entries have cost lately; null "
                + "where this server has written none yet"
        ),
    ]

    private static let ends: [Schema.Property] = [
        .init(
            "batch",
            .nullable(.integer(min: 0)),
            "The last entry of the command that did it; null for nothing to do"
        ),
        .init("cause", .integer(min: 0), "The entry that started it, where it was done in chunks"),
        .init("done", .integer(min: 0), "How many changes were made"),
        .init("skipped", .array(.string(), maxItems: changesMax), "What had moved meanwhile, and is as it was"),
        .init("skipped_count", .integer(min: 0)),
    ]

    /// 32 bytes in base64url.
    static let digest = Schema.string(minLength: 43, maxLength: 43, pattern: "^[A-Za-z0-9_-]*$")

    private static let change = Schema.object([
        .init("resource_id", .string(), "new#1 and so on for what it would make", required: true),
        .init("kind", .string(), required: true),
        .init("verb", .string(), "What happens to it, as its entry says it", required: true),
        .init("fields", .array(field), required: true),
    ])

    /// A value is of the field's own kind, or null: no one type covers them in this document's words.
    private static let field = Schema.object([.init("name", .string(), required: true)], closed: false)

    private static let conflict = Schema.object([
        .init("kind", .choice(Conflict.Kind.allCases.map(\.rawValue)), required: true),
        .init("resource_id", .string(), required: true),
        .init("field", .string()),
        .init("entry", .integer(min: 0), "The entry that was to be undone"),
        .init("index", .integer(min: 0), "The entry that changed it since"),
        .init("by", .anyObject, "Who wrote that one"),
        .init("holder", .string(), "Who has the name now"),
        .init("offer", .string(), "What could be restored too, so that it becomes possible"),
        .init("code", .string(), "The rule that forbids it"),
        .init("force", .string(), "Sent in force, it takes the field along all the same"),
    ])

    private static let loss = Schema.object([
        .init("kind", .choice(Loss.Kind.allCases.map(\.rawValue)), required: true),
        .init("resource_id", .string(), "Of what"),
    ])

    private static let carried = Schema.object([
        .init("resource_id", .string(), required: true),
        .init("kind", .string(), required: true),
        .init("of", .nullable(.string()), "What it hangs on", required: true),
    ])
}
