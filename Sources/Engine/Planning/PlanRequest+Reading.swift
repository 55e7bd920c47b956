import Identity
import Plans
package import Wire

/// Reads what is asked out of a body; every issue is told at once.
///
/// `{"undo": {"indexes" | "batch" | "cause" | "request_id" | "actor", "from", "to", "scope"?}}` or
/// `{"restore": {"resource", "to"}}` or `{"restore": {"scope", "to", "kinds"?, "created_since"?}}`, with `force`
/// beside.
package struct PlanRequestReader {
    /// Resolves a moment to the last index that it sees; nil where the ledger has no such moment.
    package typealias Resolving = (_ moment: JSON, _ isStart: Bool) throws -> UInt64?

    private let resolve: Resolving
    private var issues: [FieldIssue] = []

    package init(resolving: @escaping Resolving) { resolve = resolving }

    package mutating func read(_ body: Members) throws -> PlanRequest {
        refuse(others: body, than: ["undo", "restore", "force"], at: [])
        let force = texts(body["force"], ["force"], countMax: PlanLimits.forcedMax) ?? []
        let ask: PlanRequest.Ask? =
            switch (body["undo"], body["restore"]) {
            case (.object(let undo)?, nil): try self.undo(undo).map { .undo($0) }
            case (nil, .object(let restore)?): try self.restore(restore)
            case (nil, nil): missing(["undo"], "Either undo or restore is required")
            case (.some, .some): missing(["restore"], "Either undo or restore is expected, not both")
            case (.some, nil): missing(["undo"], "Input should be an object")
            case (nil, .some): missing(["restore"], "Input should be an object")
            }
        guard issues.isEmpty, let ask else { throw Rejection.invalid(issues) }
        return PlanRequest(ask, force: force)
    }

    private mutating func undo(_ undo: Members) throws -> PlanRequest.Undo? {
        let ways = ["indexes", "batch", "cause", "request_id", "actor"].filter { undo[$0] != nil }
        guard ways.count == 1, let way = ways.first else {
            return missing(["undo"], "One of indexes, batch, cause, request_id and actor is expected")
        }
        refuse(others: undo, than: way == "actor" ? [way, "from", "to", "scope"] : [way], at: ["undo"])
        switch way {
        case "indexes":
            guard let items = undo[way]?.items, (1...PlanLimits.entriesMax).contains(items.count) else {
                return missing(["undo", way], "A list of 1 to \(PlanLimits.entriesMax) indexes is expected")
            }
            let indexes = items.compactMap { $0.number.flatMap(UInt64.init(exactly:)) }
            guard indexes.count == items.count else { return missing(["undo", way], "An index is a whole number") }
            return .entries(Set(indexes).sorted())
        case "batch": return number(undo[way], ["undo", way]).map { .batch($0) }
        case "cause": return number(undo[way], ["undo", way]).map { .cause($0) }
        case "request_id": return text(undo[way], ["undo", way]).map { .request($0) }
        default:
            let actor = text(undo[way], ["undo", way])
            let from = try moment(undo["from"], ["undo", "from"], isStart: true)
            let to = try moment(undo["to"], ["undo", "to"])
            let scope = undo["scope"].flatMap { place($0, ["undo", "scope"]) }
            guard let actor, let from, let to, issues.isEmpty else { return nil }
            guard from <= to else { return missing(["undo", "to"], "The end should not be before the beginning") }
            return .actor(actor, from: from, to: to, scope: scope)
        }
    }

    private mutating func restore(_ restore: Members) throws -> PlanRequest.Ask? {
        let to = try moment(restore["to"], ["restore", "to"])
        if let resource = restore["resource"] {
            refuse(others: restore, than: ["resource", "to"], at: ["restore"])
            guard let id = text(resource, ["restore", "resource"]), let to else { return nil }
            return .resource(id, to: to)
        }
        refuse(others: restore, than: ["scope", "to", "kinds", "created_since"], at: ["restore"])
        guard let scope = restore["scope"] else {
            return missing(["restore"], "Either resource or scope is required")
        }
        let place = place(scope, ["restore", "scope"])
        let kinds = texts(restore["kinds"], ["restore", "kinds"], countMax: 100)
        for kind in kinds ?? [] where Kind(rawValue: kind) == nil && RelationKind(rawValue: kind) == nil {
            let message = "There is no kind '\(kind.prefix(64))'"
            issues.append(FieldIssue(["body", "restore", "kinds"], message, "value_error"))
        }
        let since = restore["created_since"].map { $0.text.flatMap(Wish.CreatedSince.init(rawValue:)) } ?? .keep
        guard let since else { return missing(["restore", "created_since"], "Input should be keep or delete") }
        guard let place, let to, issues.isEmpty else { return nil }
        guard place != .platform else {
            return missing(["restore", "scope"], "A tenant or a partner is restored, not the platform")
        }
        return .place(place, to: to, kinds: kinds.map { Array(Set($0)).sorted() }, createdSince: since)
    }
}

extension PlanRequestReader {
    private mutating func missing<Value>(_ place: [String], _ message: String, _ type: String = "value_error") -> Value?
    {
        issues.append(FieldIssue(["body"] + place, message, type))
        return nil
    }

    private mutating func refuse(others members: Members, than names: [String], at place: [String]) {
        for (name, _) in members where !names.contains(where: { $0.bytesEqual(name) }) {
            issues.append(FieldIssue(["body"] + place + [name], "Extra inputs are not permitted", "extra_forbidden"))
        }
    }

    private mutating func text(_ value: JSON?, _ place: [String]) -> String? {
        guard let text = value?.text, (1...128).contains(text.utf8.count) else {
            return missing(place, "A text of 1 to 128 bytes is expected")
        }
        return text
    }

    private mutating func texts(_ value: JSON?, _ place: [String], countMax: Int) -> [String]? {
        guard let value else { return nil }
        let texts = value.items?.compactMap(\.text)
        guard let texts, texts.count == value.items?.count, texts.count <= countMax,
            texts.allSatisfy({ $0.utf8.count <= 128 })
        else { return missing(place, "A list of at most \(countMax) texts is expected") }
        return texts
    }

    private mutating func number(_ value: JSON?, _ place: [String]) -> UInt64? {
        guard let number = value?.number.flatMap(UInt64.init(exactly:)) else {
            return missing(place, "An index is a whole number")
        }
        return number
    }

    private mutating func place(_ value: JSON, _ at: [String]) -> Place? {
        guard let place = value.text.flatMap({ Place($0) }) else {
            return missing(at, "Input should be the identifier of a tenant or a partner")
        }
        return place
    }

    private mutating func moment(_ value: JSON?, _ place: [String], isStart: Bool = false) throws -> UInt64? {
        guard let value else { return missing(place, "Field required", "missing") }
        guard let index = try resolve(value, isStart) else {
            return missing(place, "Input should be an index, or a time with its zone, that the ledger has reached")
        }
        return index
    }
}
