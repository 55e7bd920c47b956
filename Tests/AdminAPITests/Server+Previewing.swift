import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Views
import Wire

/// A plan as an answer tells it.
struct Plan {
    let json: JSON

    var digest: String { json["digest"]?.text ?? "" }
    var changes: [JSON] { json["changes"]?.items ?? [] }
    var losses: [JSON] { json["losses"]?.items ?? [] }
}

extension JSON {
    /// What a change says of a field.
    private func field(_ name: String) -> JSON? { self["fields"]?.items?.first { $0["name"]?.text == name } }
    func after(_ name: String) -> JSON? { field(name)?["after"] }
}

extension Server {
    /// Asks what a request would do, and holds that nothing is written but that somebody looked.
    func preview(
        _ method: Request.Method,
        _ path: String,
        _ body: JSON? = nil,
        headers: [(name: String, value: String)] = [],
    ) async throws -> Plan {
        let (size, keys) = (instance.status.size, instance.keys.count)
        let asked = path + (path.contains("?") ? "&" : "?") + "preview=true"
        let answer = await call(method, asked, body, headers: headers)
        try #require(answer.status == 200, "\(method.rawValue) \(asked): \(answer.text)")
        let entries = try self.entries().suffix(Int(instance.status.size - size))
        #expect(entries.map(\.type) == ["command.previewed"])
        #expect(answer.index == size - 1, "it tells of the state before")
        #expect(instance.keys.count == keys, "no key is kept of what was only shown")
        return Plan(json: try #require(answer.json["data"]))
    }

    /// Asks what a request would do, twice, does it, and holds that it did just that.
    ///
    /// - Returns: what the act answered with.
    @discardableResult
    func foresee(_ method: Request.Method, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let plan = try await preview(method, path, body)
        #expect(try await preview(method, path, body).digest == plan.digest)
        let before = instance.lastIndex
        let answer = await call(method, path, body, headers: [("muniment-preview", plan.digest)])
        try #require(answer.status < 300, "\(method.rawValue) \(path): \(answer.text)")
        try expectDone(plan, since: before)
        return answer.json["data"] ?? .null
    }

    /// Holds that what was done since an entry is what a plan shows, in its order, and nothing besides.
    private func expectDone(_ plan: Plan, since index: UInt64) throws {
        var streams: [Entry] = []
        for entry in try entries() where entry.index > index && entry.class == .state {
            guard let type = EntryType.named(entry.type), let stream = entry.stream,
                type.changedKind != nil || type.changedRelation != nil
            else { continue }
            if !streams.contains(where: { $0.stream == stream }) { streams.append(entry) }
        }
        #expect(!streams.isEmpty)
        try #require(plan.changes.count == streams.count)
        #expect(plan.json["change_count"] == .integer(Int64(streams.count)))
        var names: [String: String] = [:]
        for (change, entry) in zip(plan.changes, streams) {
            let stream = try #require(entry.stream)
            let shown = try #require(change["resource_id"]?.text)
            if shown.hasPrefix("new#") { names[shown] = stream }
            #expect(shown.hasPrefix("new#") ? entry.version == 1 : shown == stream)
            #expect(entry.type == (change["kind"]?.text ?? "") + "." + (change["verb"]?.text ?? ""))
        }
        for (change, entry) in zip(plan.changes, streams) {
            let stream = try #require(entry.stream)
            let type = try #require(EntryType.named(entry.type))
            guard let kind = type.changedKind else {
                try expectEdge(change, entry)
                continue
            }
            let was = try instance.read { try kind.accept(FieldsShown(stream, $0.at(index), instance)) }
            let isNow = try instance.read { try kind.accept(FieldsShown(stream, $0, instance)) }
            var expected = was
            for field in change["fields"]?.items ?? [] {
                let name = try #require(field["name"]?.text)
                // Moments are shown, and come later.
                guard let old = was[name] else { continue }
                #expect(field["before"] == old, "\(stream).\(name)")
                let after = try #require(field["after"])
                expected[name] = after.text.flatMap { names[$0] }.map(JSON.string) ?? after
            }
            #expect(isNow == expected, "\(stream)")
        }
    }

    private func expectEdge(_ change: JSON, _ entry: Entry) throws {
        let isThere = EntryType.named(entry.type)?.effect == .links
        for end in ["from", "to"] {
            let value = try #require(entry.data[end])
            let field = change["fields"]?.items?.first { $0["name"]?.text == end }
            #expect(field?["before"] == (isThere ? .null : value))
            #expect(field?["after"] == (isThere ? value : .null))
        }
    }
}

/// What a resource shows at a reader's moment, sealed values opened; of one that is not there, nothing but its names.
private struct FieldsShown: KindVisitor {
    private let stream: String
    private let reader: ViewSnapshot
    private let instance: Instance

    init(_ stream: String, _ reader: ViewSnapshot, _ instance: Instance) {
        (self.stream, self.reader, self.instance) = (stream, reader, instance)
    }

    func visit<R: Resource>(_ kind: R.Type) throws -> [String: JSON] {
        let state = try Identifier<R>(stream).flatMap { try reader.resource($0) }?.state
        var fields: [String: JSON] = [:]
        for field in R.fields where !field.kind.isHidden {
            let stored = state.map { field.get($0) } ?? .null
            let opened =
                field.kind.isSealed ? try SealedReference(stored: stored).flatMap { try instance.open($0) } : nil
            fields[field.name] = field.kind.isSealed ? opened?[field.name] ?? .null : field.kind.shown(stored)
        }
        return fields
    }
}
