import Chance
import Endpoints
import Engine
import EventLog
import Identity
import Samples
import Testing
import Wire

/// R7: a history and the past say the same, of every kind that is managed.
struct HistoryAndPastTests {
    @Test(arguments: Kind.allCases, 1...3)
    func `R7 before and after of each change are what reads as of then show`(kind: Kind, seed: UInt64) async throws {
        try await Server.run(seed: seed) { server in
            let partner = try await server.partner("samples")
            let tenant = try await server.tenant("samples", of: partner)
            let life = PastOfKind(server: server, tenant: tenant, partner: partner, seed: seed)
            guard let test = try kind.accept(life) else { return }
            try await test()
        }
    }
}

private struct PastOfKind: KindVisitor {
    let server: Server
    let tenant: String
    let partner: String
    let seed: UInt64

    func visit<R: Resource>(_ kind: R.Type) -> (() async throws -> Void)? { nil }
    func visit<R: ManagedResource>(managed kind: R.Type) -> (() async throws -> Void)? {
        if R.isWrittenElsewhere { return nil }
        return { try await live(R.self) }
    }

    private func live<R: ManagedResource>(_ kind: R.Type) async throws {
        var dice = Dice(seed: seed)
        let sample = Sample(tenant: tenant, partner: partner, mark: "past")
        let made = try await server.make("/" + R.area.word, .object(sample.some(of: R.self, isNew: true, &dice)))
        let path = "/\(R.area.word)/\(made.id)"
        let id = try #require(Identifier<R>(made.id))
        for round in 0..<12 {
            switch dice.below(8) {
            case 0:
                try #require(await server.call(.delete, path).status == 204)
                try await server.restore(id)
            case 1 where R.isPlace == .tenant:
                let other = try await server.partner("other-\(round)")
                _ = await server.call(.patch, path, ["partner_id": .string(other)])
            default:
                let change = JSON.object(sample.some(of: R.self, isNew: false, &dice))
                #expect(await server.call(.patch, path, change).status == 200, "\(change)")
            }
        }
        let answer = await server.call(.get, "\(path)/history?per_page=100")
        let items = answer.json["data"]?.items ?? []
        #expect(items.count == Int(answer.json.total ?? 0) && items.count > 3)
        for (place, item) in items.enumerated() {
            try await check(item, at: path, version: items.count - place, R.self)
        }
    }

    private func check<R: ManagedResource>(
        _ item: JSON,
        at path: String,
        version: Int,
        _ kind: R.Type,
    ) async throws {
        let entry = try #require(try server.instance.entry(at: UInt64(item["index"]?.number ?? 0)))
        let (first, last) = (
            entry.index - UInt64((entry.batch?.position ?? 1) - 1),
            entry.index + UInt64((entry.batch?.count ?? 1) - (entry.batch?.position ?? 1))
        )
        let (before, after) = (
            await server.call(.get, "\(path)?as_of=\(first - 1)"), await server.call(.get, "\(path)?as_of=\(last)")
        )
        let begins = entry.type.hasSuffix(".created") || entry.type.hasSuffix(".restored")
        #expect((before.status == 404) == begins, "\(item)")
        #expect((after.status == 404) == entry.type.hasSuffix(".deleted"))
        if after.status == 200 { #expect(after.header("etag") == "\"\(version)\"", "\(item)") }
        let changed = item["fields"]?.items ?? []
        for field in R.fields where !field.kind.isHidden {
            let (old, new) = (before.json["data"]?[field.name], after.json["data"]?[field.name])
            let told = changed.first { $0["name"]?.text == field.name }
            // What was deleted is not there to be read; of that only the status changes.
            if before.status == 200, after.status == 200 {
                #expect((told == nil) == (old == new), "\(field.name): \(item)")
            }
            if let told, let new { #expect(told["after"] == new, "\(field.name): \(item)") }
            if let told, let old { #expect(told["before"] == old, "\(field.name): \(item)") }
            if told == nil, version == 1 { #expect(new == .null, "\(field.name): \(item)") }
            if let told, version == 1 { #expect(told["before"] == .null) }
        }
    }
}
