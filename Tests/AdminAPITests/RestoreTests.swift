import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// Putting back what there was at a moment: one resource, a tenant, a partner.
struct RestoreTests {
    static func restore(_ resource: String, to moment: Int64) -> JSON {
        ["restore": ["resource": .string(resource), "to": .integer(moment)]]
    }

    static func restore(all place: String, to moment: Int64, since: String? = nil, kinds: [String]? = nil) -> JSON {
        var members: Members = ["scope": .string(place), "to": .integer(moment)]
        members["created_since"] = since.map(JSON.string)
        members["kinds"] = kinds.map { .array($0.map(JSON.string)) }
        return ["restore": .object(members)]
    }

    @Test func `a living one is put back, a deleted one comes back with the fields it had then`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let path = "/tenants/\(tenant)"
            let then = server.moment
            try await server.change(path, ["name": "Broken", "contact_email": "x@example.com"])
            try await server.apply(Self.restore(tenant, to: then))
            let back = try await server.shown(path)
            #expect(back["name"] == "Tenant acme" && back["contact_email"] == .null)

            let user = try await server.user("ada@example.com", in: tenant, ["last_name": "Byron"])
            let named = server.moment
            try await server.change("/users/\(user)", ["last_name": "Lovelace"])
            try await server.delete("/users/\(user)")
            let applied = try await server.apply(Self.restore(user, to: named))
            #expect(applied.changes == ["restored user"] && applied.losses == ["sessions"])
            let person = try await server.shown("/users/\(user)")
            #expect(person["last_name"] == "Byron" && person["email"] == "ada@example.com")
            #expect(person["status"] == "ACTIVE")
        }
    }

    @Test func `a tenant is put back with all that stood in it, and edges follow`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let (ada, bob) = (
                try await server.user("ada@example.com", in: tenant),
                try await server.user("bob@example.com", in: tenant)
            )
            let group = try await server.group("Crew", in: tenant)
            _ = await server.call(.post, "/groups/\(group)/members", ["member_id": .string(ada)])
            let then = server.moment
            try await server.change("/tenants/\(tenant)", ["name": "Broken"])
            try await server.change("/users/\(ada)", ["first_name": "Gone"])
            try await server.delete("/users/\(bob)")
            #expect(await server.call(.delete, "/groups/\(group)/members/\(ada)").status == 204)
            let eve = try await server.user("eve@example.com", in: tenant)
            _ = await server.call(.post, "/groups/\(group)/members", ["member_id": .string(eve)])

            let kept = try await server.plan(Self.restore(all: tenant, to: then))
            #expect(
                kept.changes.sorted() == [
                    "added group_member", "removed group_member", "restored user", "updated tenant", "updated user",
                ]
            )
            let people = try await server.plan(Self.restore(all: tenant, to: then, kinds: ["user"]))
            #expect(people.changes.sorted() == ["restored user", "updated user"])

            try await server.apply(Self.restore(all: tenant, to: then, since: "delete"))
            #expect(await server.call(.get, "/users/\(eve)").status == 404)
            for path in ["/users?tenant_id=\(tenant)", "/groups/\(group)/members", "/groups?tenant_id=\(tenant)"] {
                let (now, past) = (
                    await server.call(.get, path),
                    await server.call(.get, path + (path.contains("?") ? "&" : "?") + "as_of=\(then)")
                )
                #expect(now.json.ids == past.json.ids, "\(path)")
                #expect(now.json.total == past.json.total, "\(path)")
            }
            #expect(try await server.shown("/tenants/\(tenant)")["name"] == "Tenant acme")
            #expect(try await server.shown("/users/\(ada)")["first_name"] == .null)
        }
    }

    @Test func `a deleted tenant comes back by one entry, and the plan names what works again`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let made = try await server.tenantApplication(tenant, ["users:read"])
            _ = try await server.user("ada@example.com", in: tenant)
            let then = server.moment
            #expect(await server.call(.delete, "/tenants/\(tenant)?cascade=true").status == 204)
            let plan = try await server.plan(Self.restore(tenant, to: then))
            #expect(plan.changes == ["restored tenant"])
            #expect(plan["returns"]?.items?.map { $0["of"]?.text } == [made.id])
            #expect(plan["counts"] == ["applications": 1, "users": 1])
            #expect(plan.losses.sorted() == ["sessions", "tokens"])
            let size = server.instance.status.size
            try await server.apply(Self.restore(tenant, to: then))
            #expect(try server.entries()[Int(size)...].filter { $0.class == .state }.map(\.type) == ["tenant.restored"])
            #expect(try await server.token(made, issuer: .tenant(slug: "acme")).isEmpty == false)
        }
    }

    @Test func `L5 deleting a person and a group and restoring both brings the membership back`() async throws {
        // L5, which kanidm had as an issue of its own.
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let group = try await server.group("Crew", in: tenant)
            _ = await server.call(.post, "/groups/\(group)/members", ["member_id": .string(user)])
            let then = server.moment
            try await server.delete("/users/\(user)")
            try await server.delete("/groups/\(group)")
            try await server.apply(Self.restore(group, to: then))
            try await server.apply(Self.restore(user, to: then))
            let members = await server.call(.get, "/groups/\(group)/members")
            #expect(members.json["data"]?.items?.map { $0["member_id"]?.text } == [user])
        }
    }

    @Test func `a partner is put back with its tenants and what stands in them`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenants = try await [server.tenant("one", of: partner), server.tenant("two", of: partner)]
            let user = try await server.user("ada@example.com", in: tenants[0])
            let then = server.moment
            try await server.change("/partners/\(partner)", ["name": "Broken"])
            try await server.change("/users/\(user)", ["last_name": "Gone"])
            #expect(await server.call(.delete, "/tenants/\(tenants[1])?cascade=true").status == 204)
            let plan = try await server.apply(Self.restore(all: partner, to: then))
            #expect(plan.changes == ["updated partner", "restored tenant", "updated user"])
        }
    }

    @Test func `a plan that moved is refused with the new one, and what is unrelated moves none`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let path = "/tenants/\(tenant)"
            let then = server.moment
            try await server.change(path, ["name": "Broken"])
            let request = Self.restore(all: tenant, to: then)
            let plan = try await server.plan(request)
            _ = try await server.partner("other")
            #expect(try await server.plan(request)["digest"] == plan["digest"])
            let user = try await server.user("ada@example.com", in: tenant)
            #expect(try await server.plan(request)["digest"] == plan["digest"], "what is newer is kept, and not in it")
            try await server.change(path, ["branding": ["a": 1]])
            let size = server.instance.status.size
            let moved = await server.applying(request, plan["digest"]?.text ?? "")
            #expect(moved.status == 409 && moved.detail?.contains("another one now") == true, "\(moved.text)")
            #expect(try server.entries()[Int(size)...].map(\.type) == ["command.failed"])
            let next = try #require(moved.json["data"]?["digest"]?.text)
            #expect(await server.applying(request, next).status == 200)
            #expect(await server.applying(request, next).status == 409, "a plan is carried out once")
            #expect(try await server.shown("/users/\(user)").id == user)
        }
    }

    @Test func `two who exchanged their addresses get their own back`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let (ada, bob) = (
                try await server.user("ada@example.com", in: tenant),
                try await server.user("bob@example.com", in: tenant)
            )
            let then = server.moment
            try await server.change("/users/\(ada)", ["email": "x@example.com"])
            try await server.change("/users/\(bob)", ["email": "ada@example.com"])
            try await server.change("/users/\(ada)", ["email": "bob@example.com"])
            let plan = try await server.apply(Self.restore(all: tenant, to: then))
            #expect(plan.changes == ["updated user", "updated user"] && plan.conflicts.isEmpty)
            #expect(try await server.shown("/users/\(ada)")["email"] == "ada@example.com")
            #expect(try await server.shown("/users/\(bob)")["email"] == "bob@example.com")
        }
    }

    @Test func `more than are done at once go in chunks, with one cause, and go back by it`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            var users: [String] = []
            for number in 0..<270 { users.append(try await server.user("u\(number)@example.com", in: tenant)) }
            let then = server.moment
            for user in users { try await server.change("/users/\(user)", ["last_name": "Gone"]) }
            let request = Self.restore(all: tenant, to: then)
            let applied = try await server.apply(request)
            let cause = try #require(applied["cause"]?.number)
            #expect(applied["done"]?.number == 270 && applied["skipped_count"]?.number == 0)
            let entries = try server.entries().filter { $0.cause == UInt64(cause) }
            #expect(entries.filter { $0.type == "user.updated" }.count == 270)
            #expect(entries.filter { $0.type == "restore.progressed" }.count == 14)
            #expect(entries.allSatisfy { ($0.batch?.count ?? 1) <= PlanLimits.chunkEntriesMax + 1 })
            for user in [users[0], users[269]] {
                #expect(try await server.shown("/users/\(user)")["last_name"] == .null)
            }
            let resumed = await server.call(.post, "/restore/apply", ["resume": .integer(cause)], headers: Server.why)
            #expect(resumed.status == 200 && resumed.json["data"]?["done"]?.number == 270, "\(resumed.text)")
            let back = try await server.apply(["undo": ["cause": .integer(cause)]])
            #expect(back["done"]?.number == 270)
            #expect(try await server.shown("/users/\(users[100])")["last_name"] == "Gone")
        }
    }

    @Test func `what is atomic is one command however much it is, and its plan says what others wait for`() async throws
    {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            var users: [String] = []
            for number in 0..<255 { users.append(try await server.user("u\(number)@example.com", in: tenant)) }
            let then = server.moment
            for user in users { try await server.change("/users/\(user)", ["last_name": "Gone"]) }
            let request = Self.restore(all: tenant, to: then)
            let plan = try await server.plan(request)
            #expect(plan["entry_count"] == 255 && plan["others_wait_milliseconds"]?.number != nil)
            let done = await server.applying(request, plan["digest"]?.text ?? "", more: ["atomic": true])
            let batch = try #require(done.json["data"]?["batch"]?.number, "\(done.text)")
            let made = try server.entries().filter { Int64($0.index) > batch - 255 && Int64($0.index) <= batch }
            #expect(
                made.filter { $0.type == "user.updated" && $0.batch?.count ?? 0 >= 255 && $0.cause == nil }.count == 255
            )
            try await server.apply(["undo": ["batch": .integer(batch)]])
            #expect(try await server.shown("/users/\(users[254])")["last_name"] == "Gone")
        }
    }
}
