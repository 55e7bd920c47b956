import AdminAPI
import Endpoints
import Engine
import EventLog
import OpenSSL
import Storage
import Testing
import Wire

struct SystemTests {
    @Test func `health answers anyone`() async throws {
        try await Server.run { server in
            let answer = await server.call(.get, "/health", token: "")
            #expect(answer.status == 200)
            #expect(answer.json["status"] == "ok")
        }
    }

    @Test func `integrity tells what was verified and signed, and how the clock is`() async throws {
        try await Server.run { server in
            #expect(await server.call(.get, "/health/integrity").json["verified"] == .null)
            let root = Digest([UInt8](repeating: 7, count: 32))
            server.instance.verified(
                VerificationMark(index: 5, root: try #require(root), at: server.clock.world.wall(), isOK: true))
            server.clock.pass(microseconds: 9_000_000)
            server.clock.stepWall(microseconds: 3_000_000)
            let answer = await server.call(.get, "/health/integrity", token: "").json
            #expect(answer["verified"]?["index"] == 5)
            #expect(answer["verified"]?["ok"] == true)
            #expect(answer["verified"]?["age_seconds"] == 12)
            #expect(answer["verified"]?["root"]?.text == Base64.encode([UInt8](repeating: 7, count: 32)))
            #expect(answer["clock"]?["drift_microseconds"] == 3_000_000)
            #expect(answer["size"]?.number == Int64(server.instance.status.size))
        }
    }

    @Test func `the document tells of every endpoint, and each name in it leads somewhere`() async throws {
        try await Server.run { server in
            let endpoint = AdminAPI.document(of: server.table.endpoints, settings: server.settings)
            let answer = await endpoint.answer(Request(method: .get, path: "/openapi.json", id: "req_1"), PathParameters())
            #expect(answer.status == 200)
            let document = answer.json
            #expect(document["openapi"] == "3.1.0")
            let paths = try #require(document["paths"]?.members)
            #expect(paths["/openapi.json"] != nil)
            let described = paths.flatMap { path, item in (item.members ?? [:]).map { "\($0.name) \(path)" } }
            #expect(described.count == server.table.endpoints.count + 1)
            let create = paths["/api/v1/admin/tenants"]?["post"]
            #expect(create?["operationId"] == "tenants.create")
            #expect(create?["security"] == [["bearer": ["admin:write"]]])
            let list = paths["/api/v1/admin/applications"]?["get"]
            #expect(list?["security"] == [["bearer": ["admin:read"]], ["bearer": ["admin:write"]], ["bearer": ["applications:read"]]])
            let tenant = document["components"]?["schemas"]?["Tenant"]?["properties"]?.members
            #expect(tenant?.map(\.name) == ["id", "name", "slug", "status", "partner_id", "contact_email", "settings", "branding", "created_at", "updated_at", "deleted_at"])
        }
    }

    @Test func `L12 a full disk stops what must be recorded, and nothing else`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            _ = await server.call(.get, "/partners/\(partner)")
            server.disk.plan(.full, at: server.disk.operations + 1)
            let answer = await server.call(.patch, "/partners/\(partner)", ["name": "Lost"])
            #expect(answer.status == 507, "\(answer.text)")
            #expect(answer.detail != nil)
            let health = await server.call(.get, "/health")
            #expect(health.status == 503)
            #expect(health.json["reason"]?.text?.contains("disk") == true)
            #expect(await server.call(.get, "/partners/\(partner)").status == 200, "a read that is counted already")
            #expect(await server.call(.patch, "/partners/\(partner)", ["name": "Kept"]).status == 200, "there is room again")
            #expect(await server.call(.get, "/health").status == 200)
        }
    }
}
