import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// Undoing what was done: the fields that it gave go back, and nothing else.
struct UndoTests {
    private static func undo(_ index: Int64, force: [String] = []) -> JSON {
        ["undo": ["indexes": [.integer(index)]], "force": .array(force.map(JSON.string))]
    }

    @Test func `a change goes back, and its undoing goes back too`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner(), ["settings": ["a": 1]])
            let path = "/tenants/\(tenant)"
            let before = try await server.shown(path)
            let index = try await server.change(path, ["name": "Broken", "settings": ["b": 2.5]])
            let broken = try await server.shown(path)
            let request = Self.undo(index)
            let plan = try await server.plan(request)
            #expect(plan.changes == ["updated tenant"])
            #expect(plan.conflicts.isEmpty && plan.losses.isEmpty)
            #expect(try await server.shown(path) == broken, "a plan changes nothing")
            let applied = try await server.apply(request)
            let after = try await server.shown(path)
            for field in ["name", "settings"] { #expect(after[field] == before[field]) }
            let entry = try #require(try server.last("tenant.updated"))
            #expect(entry.compensates == UInt64(index))
            let batch = try #require(applied["batch"])
            try await server.apply(["undo": ["batch": batch]])
            for field in ["name", "settings"] { #expect(try await server.shown(path)[field] == broken[field]) }
        }
    }

    @Test func `a field that was changed since stays, is told with who changed it, and can be forced`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let path = "/tenants/\(tenant)"
            let first = try await server.change(path, ["name": "First", "branding": ["logo": "x"]])
            let second = try await server.change(path, ["name": "Second"])
            let plan = try await server.plan(Self.undo(first))
            #expect(plan.conflicts == ["changed_since"])
            let conflict = try #require(plan["conflicts"]?.items?.first)
            #expect(conflict["index"]?.number == second && conflict["entry"]?.number == first)
            #expect(conflict["by"]?["id"]?.text == server.founded.client.text)
            #expect(conflict["force"]?.text == "\(first)/name")
            try await server.apply(Self.undo(first))
            #expect(try await server.shown(path)["name"] == "Second")
            #expect(try await server.shown(path)["branding"] == .null)
            try await server.apply(Self.undo(first, force: ["\(first)/name"]))
            #expect(try await server.shown(path)["name"] == "Tenant acme")
        }
    }

    @Test func `what is sealed goes back as well`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant, ["first_name": "Ada"])
            let index = try await server.change("/users/\(user)", ["email": "eve@example.com", "first_name": .null])
            let plan = try await server.plan(Self.undo(index))
            let fields = try #require(plan["changes"]?.items?.first?["fields"]?.items)
            #expect(fields.contains(["name": "email", "before": "eve@example.com", "after": "ada@example.com"]))
            try await server.apply(Self.undo(index))
            let after = try await server.shown("/users/\(user)")
            #expect(after["email"] == "ada@example.com" && after["first_name"] == "Ada")
        }
    }

    @Test func `a creation goes back by deletion, a deletion by coming back, an edge by its opposite`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let created = server.moment
            let group = try await server.group("Crew", in: tenant)
            let added = await server.call(.post, "/groups/\(group)/members", ["member_id": .string(user)]).written
            try await server.apply(Self.undo(added))
            #expect(await server.call(.get, "/groups/\(group)/members").json["data"] == [])
            let removed = try #require(try server.entries().last { $0.type == "group_member.removed" }).index
            try await server.apply(Self.undo(Int64(removed)))
            #expect(await server.call(.get, "/groups/\(group)/members").json["data"]?.items?.count == 1)
            try await server.apply(Self.undo(created))
            #expect(await server.call(.get, "/users/\(user)").status == 404)
            let deleted = try #require(try server.entries().last { $0.type == "user.deleted" }).index
            try await server.apply(Self.undo(Int64(deleted)))
            #expect(try await server.shown("/users/\(user)")["email"] == "ada@example.com")
            #expect(await server.call(.get, "/groups/\(group)/members").json["data"]?.items?.count == 1)
        }
    }

    @Test func `everything that an actor did in a time goes back, and what others did stays`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let users = try await [server.user("a@example.com", in: tenant), server.user("b@example.com", in: tenant)]
            let script = try await server.tenantApplication(tenant, ["users:write", "groups:write"])
            let token = try await server.token(script, issuer: .tenant(slug: "acme"))
            let from = server.moment + 1
            for user in users { try await server.change("/users/\(user)", ["last_name": "Gone"], token: token) }
            try await server.delete("/users/\(users[1])", token: token)
            try await server.change("/users/\(users[0])", ["first_name": "Kept"])
            let request: JSON = [
                "undo": ["actor": .string(script.id), "from": .integer(from), "to": .integer(server.moment)]
            ]
            let plan = try await server.plan(request)
            #expect(plan.changes.sorted() == ["restored user", "updated user"])
            try await server.apply(request)
            #expect(try await server.shown("/users/\(users[0])")["last_name"] == .null)
            #expect(try await server.shown("/users/\(users[0])")["first_name"] == "Kept")
            #expect(try await server.shown("/users/\(users[1])")["last_name"] == .null)
        }
    }
}
