import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// What an actor could do at a moment, and who could do something: each line with the entry that gave it.
struct AccessTests {
    private static func access(_ server: Server, _ path: String, _ query: String = "") async throws -> JSON {
        let answer = await server.call(.get, "\(path)/access\(query)")
        try #require(answer.status == 200, "\(path): \(answer.text)")
        return try #require(answer.json["data"])
    }

    /// The last entry that changed something.
    private static func index(_ server: Server) throws -> Int64 {
        Int64(try #require(try server.entries().last { $0.class == .state && $0.stream != nil }).index)
    }

    @Test func `an application's scopes and secrets are told with the entries that gave them, as of any moment`()
        async throws
    {
        try await Server.run { server in
            let made = try await server.application(["allowed_scopes": ["a:read", "b:read"]])
            let path = "/applications/\(made.id)"
            let created = Int64(try #require(try server.last("application.created")).index)
            let first = Int64(try #require(try server.last("secret.created")).index)
            let start = server.instance.lastIndex
            _ = await server.call(.patch, path, ["allowed_scopes": ["b:read", "c:read"]])
            let second = try Self.index(server)
            _ = await server.call(.patch, path, ["name": "Renamed"])
            _ = await server.call(.patch, path, ["allowed_scopes": ["c:read", "a:read", "b:read"]])
            let third = try Self.index(server)
            _ = await server.call(.post, "\(path)/rotate-secret", ["overlap_seconds": 60])
            let rotated = Int64(try #require(try server.last("secret.created")).index)
            let during = server.instance.lastIndex
            server.clock.pass(microseconds: 61_000_000)

            let scope = { (name: String, index: Int64) -> JSON in
                ["scope": .string(name), "source": "allowed_scopes", "role_id": .null, "index": .integer(index)]
            }
            let now = try await Self.access(server, path)
            #expect(now["active"] == true && now["why"] == [] && now["roles"] == [] && now["kind"] == "application")
            #expect(now["scopes"] == [scope("c:read", second), scope("a:read", third), scope("b:read", created)])
            #expect(now["secrets"]?.items?.map { $0["index"]?.number } == [rotated])
            let then = try await Self.access(server, path, "?as_of=\(start)")
            #expect(then["scopes"] == [scope("a:read", created), scope("b:read", created)])
            #expect(then["secrets"]?.items?.map { $0["index"]?.number } == [first])
            let overlapping = try await Self.access(server, path, "?as_of=\(during)")
            #expect(overlapping["secrets"]?.items?.map { $0["index"]?.number } == [first, rotated])
            #expect(overlapping["secrets"]?.items?.map { $0["expires_at"] == .null } == [false, true])
            let read = try #require(try server.entries().last)
            #expect(
                read.type == "access.read" && read.stream == made.id && read.request?.endpoint == "applications.access"
            )
        }
    }

    @Test func `a person's roles are told with the scopes that they hold, and what stood in the way`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("held", of: partner)
            let user = try await server.make("/users", ["tenant_id": .string(tenant), "email": "ann@x.example"]).id
            let path = "/users/\(user)"
            #expect(try await Self.access(server, path)["roles"] == [])
            let place = Place.tenant(try #require(TenantID(tenant)))
            let role = try await server.grant(.tenantAdmin, to: user, at: place)
            let granted = try Self.index(server)
            let held = try await Self.access(server, path)
            let expected: JSON = [
                "id": .string(role), "role": "tenant_admin", "place": .string(tenant), "source": "direct",
                "index": .integer(granted),
            ]
            #expect(held["roles"] == [expected] && held["active"] == true)
            let scopes = held["scopes"]?.items ?? []
            #expect(scopes.compactMap { $0["scope"]?.text } == RoleGrant.Role.tenantAdmin.scopes)
            #expect(scopes.allSatisfy { $0["role_id"]?.text == role && $0["index"] == .integer(granted) })

            let active = server.instance.lastIndex
            var stops: [JSON] = []
            for (kind, id) in [("user", user), ("tenant", tenant), ("partner", partner)] {
                _ = await server.call(.patch, "/\(kind)s/\(id)", ["status": "SUSPENDED"])
                stops.append([
                    "kind": .string(kind), "resource_id": .string(id), "status": "SUSPENDED",
                    "index": .integer(try Self.index(server)),
                ])
                let stopped = try await Self.access(server, path)
                #expect(stopped["active"] == false && stopped["why"] == .array(stops), "\(kind)")
                #expect(stopped["roles"] == [expected])
            }
            #expect(try await Self.access(server, path, "?as_of=\(active)")["why"] == [])
            _ = await server.call(.delete, path)
            #expect(try await Self.access(server, path)["why"]?.items?.first?["status"] == "DELETED")
            let before = try #require(try server.last("user.created")).index - 1
            #expect(await server.call(.get, "\(path)/access?as_of=\(before)").status == 404)
            #expect(await server.call(.get, "/users/usr_nobody/access").status == 404)
        }
    }

    @Test func `who could do something is told from the place upwards: programs by scope, people by role`()
        async throws
    {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("asked", of: partner)
            let beside = try await server.tenant("beside", of: partner)
            let reads = try await server.tenantApplication(tenant, ["users:read"]).id
            let writes = try await server.tenantApplication(tenant, ["users:write"]).id
            _ = try await server.tenantApplication(tenant, ["groups:write"])
            _ = try await server.tenantApplication(beside, ["users:write"])
            let shared = try await server.partnerApplication(partner, ["users:read", "orders:read"]).id
            let stopped = try await server.tenantApplication(tenant, ["users:read"]).id
            _ = await server.call(.patch, "/applications/\(stopped)", ["status": "SUSPENDED"])
            let user = try await server.make("/users", ["tenant_id": .string(tenant), "email": "ann@x.example"]).id
            _ = try await server.grant(.tenantAdmin, to: user, at: .tenant(try #require(TenantID(tenant))))
            let granted = try Self.index(server)
            let (service, founder) = (server.founded.client.text, server.founded.administrator.text)
            let holders = { (query: String, token: String?) async -> [String] in
                let answer = await server.call(.get, "/access?\(query)&per_page=100", token: token)
                return (answer.json["data"]?.items ?? []).map { $0["id"]?.text ?? $0["place"]?.text ?? "" }
            }
            let cases: [(String, String, [String])] = [
                (tenant, "users:read", [reads, writes, user, shared, service, founder]),
                (user, "users:read", [reads, writes, user, shared, service, founder]),
                (tenant, "users:write", [writes, user, service, founder]), (tenant, "orders:read", [shared]),
                (tenant, "orders:write", []), (partner, "users:read", [shared, service, founder]),
                (beside, "orders:read", [shared]), ("platform", "users:read", [service, founder]),
                ("platform", "admin:write", [service, founder]), (tenant, "partners:write", [service, founder]),
            ]
            for (scope, name, expected) in cases {
                #expect(await holders("scope=\(scope)&scope_name=\(name)", nil) == expected, "\(scope) \(name)")
            }
            let lines = await server.call(.get, "/access?scope=\(tenant)&scope_name=users:read").json["data"]?.items
            let ofUser = try #require(lines?.first { $0["id"]?.text == user })
            #expect(
                ofUser["source"] == "role" && ofUser["role"] == "tenant_admin" && ofUser["index"] == .integer(granted)
            )
            #expect(ofUser["scope"] == "users:write" && ofUser["place"]?.text == tenant)
            let read = try #require(try server.entries().last)
            #expect(read.type == "access.listed" && read.chain == tenant)

            // Below, the people above are told by kind and home alone.
            let token = try await server.tenantToken(tenant, slug: "asked", ["audit:read"])
            let below = await holders("scope=\(tenant)&scope_name=users:write", token)
            #expect(below == [writes, user, service, "platform"])
            // As of before the grant, and while the tenant is stopped.
            let before = UInt64(granted) - 1
            #expect(
                await holders("scope=\(tenant)&scope_name=users:write&as_of=\(before)", nil).contains(user) == false
            )
            _ = await server.call(.patch, "/tenants/\(tenant)", ["status": "SUSPENDED"])
            #expect(await holders("scope=\(tenant)&scope_name=users:read", nil) == [service, founder])
            let pages = await server.call(.get, "/access?scope=\(tenant)&scope_name=users:read&per_page=1&page=2")
            #expect(pages.json.total == 2 && pages.json["data"]?.items?.first?["id"]?.text == founder)
        }
    }

    @Test func `what means nothing is 422, what never was 404`() async throws {
        try await Server.run { server in
            for (query, status, place) in [
                ("scope=platform", 422, "scope_name"), ("scope_name=users:read", 422, "scope"),
                ("scope=platform&scope_name=a%20b", 422, "scope_name"),
                ("scope=platform&scope_name=", 422, "scope_name"),
                ("scope=tnt_nobody&scope_name=users:read", 404, nil), ("scope=x&scope_name=users:read", 404, nil),
            ] as [(String, Int, String?)] {
                let answer = await server.call(.get, "/access?\(query)")
                #expect(answer.status == status, "\(query): \(answer.text)")
                #expect(answer.places.first == place.map { "query." + $0 }, "\(query)")
            }
        }
    }
}
