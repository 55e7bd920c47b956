import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// A resource's changes, the newest first, each as one entry made it.
struct HistoryTests {
    private static func items(_ server: Server, _ path: String, token: String? = nil) async throws -> [JSON] {
        let answer = await server.call(.get, path, token: token)
        try #require(answer.status == 200, "\(path): \(answer.text)")
        return answer.json["data"]?.items ?? []
    }

    private static func field(_ item: JSON?, _ name: String) -> JSON? {
        item?["fields"]?.items?.first { $0["name"]?.text == name }
    }

    private static func fields(_ item: JSON?) -> JSON? { item?["fields"] }

    @Test func `a tenant's life is told: what changed, who did it, why, and by which request`() async throws {
        try await Server.run { server in
            let (old, new) = (try await server.partner("old"), try await server.partner("new"))
            let tenant = try await server.tenant("told", of: old, ["settings": ["b": 1.50, "a": 2]])
            let path = "/tenants/\(tenant)"
            let reason = [(name: "muniment-reason", value: "asked%20by%20ticket")]
            _ = await server.call(.patch, path, ["name": "Renamed", "settings": .null], headers: reason)
            _ = await server.call(.patch, path, ["partner_id": .string(new)])
            _ = await server.call(.delete, path)
            let items = try await Self.items(server, "\(path)/history")
            let actions = ["tenant.deleted", "tenant.transferred", "tenant.updated", "tenant.created"]
            #expect(items.map { $0["action"]?.text } == actions)
            for item in items {
                let entry = try #require(try server.instance.entry(at: UInt64(item["index"]?.number ?? 0)))
                #expect(item["id"]?.text == entry.id && item["action"]?.text == entry.type)
                #expect(item["recorded_at"]?.text == entry.recordedAt.text)
                #expect(item["actor"]?["id"]?.text == server.founded.client.text)
                #expect(item["request_id"]?.text == entry.request?.id)
                #expect(item["related"] == .null && item["compensates"] == .null && item["undone_by"] == .null)
                let batch = entry.batch.map { JSON.array([.integer(Int64($0.position)), .integer(Int64($0.count))]) }
                #expect(item["batch"] == batch ?? .null)
            }
            #expect(Self.fields(items[0]) == [["name": "status", "before": "ACTIVE", "after": "DELETED"]])
            let moved: JSON = ["name": "partner_id", "before": .string(old), "after": .string(new)]
            #expect(Self.fields(items[1]) == [moved])
            #expect(
                Self.fields(items[2]) == [
                    ["name": "name", "before": "Tenant told", "after": "Renamed"],
                    ["name": "settings", "before": ["b": 1.50, "a": 2], "after": .null],
                ]
            )
            #expect(items.map { $0["reason"] } == [.null, .null, "asked by ticket", .null])
            #expect(Self.field(items[3], "slug") == ["name": "slug", "before": .null, "after": "told"])
            let read = try #require(try server.entries().last)
            #expect(read.type == "tenant.read" && read.chain == tenant && read.stream == tenant)
            #expect(read.request?.endpoint == "tenants.history")
        }
    }

    @Test func `what hangs on a resource is told from its side`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("house", of: try await server.partner())
            let place: JSON = .string(tenant)
            let (staff, all) = (
                try await server.make("/groups", ["tenant_id": place, "name": "Staff"]).id,
                try await server.make("/groups", ["tenant_id": place, "name": "All"]).id
            )
            let user = try await server.make("/users", ["tenant_id": place, "email": "ann@house.example"]).id
            for (member, group) in [(user, staff), (staff, all)] {
                _ = await server.call(.post, "/groups/\(group)/members", ["member_id": .string(member)])
            }
            _ = await server.call(.delete, "/groups/\(staff)/members/\(user)")
            let role = try await server.grant(.tenantAdmin, to: user, at: .tenant(try #require(TenantID(tenant))))
            let cases: [(String, [(String, JSON, JSON)])] = [
                (
                    "/groups/\(staff)",
                    [
                        (
                            "group_member.removed", ["kind": "user", "id": .string(user), "as": "member"],
                            [["name": "member_id", "before": .string(user), "after": .null]]
                        ),
                        (
                            "group_member.added", ["kind": "group", "id": .string(all), "as": "container"],
                            [["name": "group_id", "before": .null, "after": .string(all)]]
                        ),
                        (
                            "group_member.added", ["kind": "user", "id": .string(user), "as": "member"],
                            [["name": "member_id", "before": .null, "after": .string(user)]]
                        ),
                    ]
                ),
                (
                    "/users/\(user)",
                    [
                        (
                            "role.granted", ["kind": "role", "id": .string(role), "as": "part"],
                            [
                                ["name": "user_id", "before": .null, "after": .string(user)],
                                ["name": "role", "before": .null, "after": "tenant_admin"],
                                ["name": "status", "before": .null, "after": "ACTIVE"],
                            ]
                        ),
                        (
                            "group_member.removed", ["kind": "group", "id": .string(staff), "as": "container"],
                            [["name": "group_id", "before": .string(staff), "after": .null]]
                        ),
                        (
                            "group_member.added", ["kind": "group", "id": .string(staff), "as": "container"],
                            [["name": "group_id", "before": .null, "after": .string(staff)]]
                        ),
                    ]
                ),
            ]
            for (path, expected) in cases {
                let items = try await Self.items(server, "\(path)/history?related=true")
                #expect(items.count == expected.count + 1)
                for (item, (action, related, fields)) in zip(items, expected) {
                    #expect(item["action"]?.text == action)
                    #expect(item["related"] == related)
                    #expect(Self.fields(item) == fields)
                }
                #expect(items.last?["related"] == .null)
                #expect(try await Self.items(server, "\(path)/history").count == 1)
            }
        }
    }

    @Test func `an application's secrets are told without what is kept of them`() async throws {
        try await Server.run { server in
            let made = try await server.application()
            _ = await server.call(.post, "/applications/\(made.id)/rotate-secret", ["overlap_seconds": 60])
            _ = await server.call(.post, "/applications/\(made.id)/rotate-secret")
            let path = "/applications/\(made.id)/history?related=true"
            let items = try await Self.items(server, path)
            let actions = items.map { $0["action"]?.text }
            #expect(
                actions == [
                    "secret.retired", "secret.retired", "secret.created", "secret.updated", "secret.created",
                    "secret.created", "application.created",
                ]
            )
            #expect(
                Self.field(items.last { $0["action"] == "secret.created" }, "mac") == ["name": "mac", "hidden": true]
            )
            #expect(items.prefix(6).allSatisfy { $0["related"]?["kind"] == "secret" && $0["related"]?["as"] == "part" })
            let text = await server.call(.get, path).text
            let secret = try #require(try server.last("secret.created"))
            for name in ["mac", "key", "suffix"] {
                #expect(!text.contains(try #require(secret.data[name]?.text)), "\(name)")
            }
        }
    }

    @Test func `what was erased says so at every index, and a password is never shown`() async throws {
        try await Server.run { server in
            let user = server.founded.administrator
            let path = "/users/\(user.text)/history"
            let before = server.instance.lastIndex
            let created = try #require(try await Self.items(server, path).last)
            #expect(Self.field(created, "email")?["after"]?.text == Server.email)
            #expect(Self.field(created, "password") == ["name": "password", "hidden": true])
            _ = await server.call(.patch, "/users/\(user.text)", ["email": "second@example.com"])
            try await server.instance.erase(user, why: "asked")
            let erased: JSON = ["erased": true]
            let items = try await Self.items(server, path)
            #expect(Self.fields(items[0]) == [["name": "email", "before": erased, "after": erased]])
            #expect(Self.field(items[1], "email") == ["name": "email", "before": .null, "after": erased])
            for query in ["", "?as_of=\(before)"] {
                let shown = await server.call(.get, "/users/\(user.text)\(query)")
                #expect(shown.json["data"]?["email"] == erased)
                #expect(shown.json["data"]?["first_name"] == .null)
            }
        }
    }

    @Test func `people who act from above are told below by kind and home alone`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("below", of: partner)
            let id = try #require(TenantID(tenant))
            let changes = try Changes<Tenant>(["name": "Renamed"], for: .update)
            let person = Person(id: server.founded.administrator, home: .platform)
            let change = Change<Tenant>(id) { context in
                try Tenant.update(id, changes, ifVersion: nil, by: context.authority, facts: context.facts)
            }
            _ = try await server.instance.perform(change, by: person.caller)
            let token = try await server.tenantToken(tenant, slug: "below", ["tenants:read"])
            let path = "/tenants/\(tenant)/history"
            let below = try await Self.items(server, path, token: token)
            #expect(below[0]["actor"] == ["kind": "user", "home": "platform"])
            #expect(below[0]["reason"] == .null)
            #expect(Self.fields(below[0]) == [["name": "name", "before": "Tenant below", "after": "Renamed"]])
            #expect(below[1]["actor"]?["id"]?.text == server.founded.client.text, "programs are named everywhere")
            let above = try await Self.items(server, path)
            #expect(above[0]["actor"]?["id"]?.text == person.id.text)
            #expect(above[0]["reason"] == "asked by ticket 14")
        }
    }

    @Test func `pages stand still, and as of a moment nothing later is told`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let path = "/partners/\(partner)"
            for number in 0..<7 { _ = await server.call(.patch, path, ["name": .string("Name \(number)")]) }
            let whole = await server.call(.get, "\(path)/history?per_page=100")
            #expect(whole.json.total == 8)
            let indexes = (whole.json["data"]?.items ?? []).compactMap { $0["index"]?.number }
            let first = await server.call(.get, "\(path)/history?per_page=3")
            let asOf = try #require(first.json.asOf)
            var paged: [Int64] = []
            for page in 1...4 {
                _ = await server.call(.patch, path, ["name": .string("Later \(page)")])
                let answer = await server.call(.get, "\(path)/history?per_page=3&page=\(page)&as_of=\(asOf)")
                #expect(answer.json.total == 8)
                paged += (answer.json["data"]?.items ?? []).compactMap { $0["index"]?.number }
            }
            #expect(paged == indexes)
            for (place, index) in indexes.enumerated() {
                let then = await server.call(.get, "\(path)/history?as_of=\(index)")
                // The creation does not end its command: as of then, there was nothing yet.
                #expect(then.status == (place == 7 ? 404 : 200))
                if place < 7 { #expect(then.json["data"]?.items?.first?["index"]?.number == index) }
                if place < 7 { #expect(then.json.total == Int64(8 - place)) }
            }
            let table = await server.call(.get, "\(path)/history", headers: [("accept", "text/csv")])
            #expect(String(decoding: table.body, as: UTF8.self).hasPrefix("index,id,recorded_at,action,actor,reason"))
        }
    }

    @Test func `what is deleted has a history, what never was has none, and elsewhere it is refused`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let (own, other) = (
                try await server.tenant("own", of: partner), try await server.tenant("other", of: partner)
            )
            let token = try await server.tenantToken(own, slug: "own", ["groups:read"])
            var groups: [String] = []
            for tenant in [own, other] {
                groups.append(try await server.make("/groups", ["tenant_id": .string(tenant), "name": "G"]).id)
                _ = await server.call(.delete, "/groups/\(groups[groups.count - 1])")
            }
            #expect(try await Self.items(server, "/groups/\(groups[0])/history", token: token).count == 2)
            let refused = await server.call(.get, "/groups/\(groups[1])/history", token: token)
            #expect(refused.text == #"403 {"detail":"Access denied"}"#)
            #expect(try server.entries().last?.type == "access.denied")
            for path in ["/groups/grp_nobody/history", "/groups/\(groups[1])x/history", "/groups/x/history"] {
                #expect(await server.call(.get, path, token: token).status == 404, "\(path)")
            }
            #expect(await server.call(.get, "/users/usr_nobody/history", token: token).status == 403, "another area")
            _ = await server.call(.delete, "/tenants/\(other)?cascade=true")
            #expect(try await Self.items(server, "/groups/\(groups[1])/history").count == 2)
            #expect(await server.call(.get, "/groups/\(groups[0])/history?related=x").status == 422)
        }
    }
}
