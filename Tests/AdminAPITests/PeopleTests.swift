import AdminAPI
import Endpoints
import Engine
import EventLog
import Testing
import Wire

/// Users: their personal data is sealed, and their addresses are unique in a tenant, however they are spelled.
struct PeopleTests {
    /// Two tenants of one partner.
    private struct Tenants {
        let own: String
        let other: String

        init(_ server: Server) async throws {
            let partner = try await server.partner()
            own = try await server.tenant("own", of: partner)
            other = try await server.tenant("other", of: partner)
        }
    }

    @Test func `a user is created, read, changed, listed and deleted, and no entry shows a name or an address`()
        async throws
    {
        try await Server.run { server in
            let tenants = try await Tenants(server)
            let made = try await server.make(
                "/users",
                [
                    "tenant_id": .string(tenants.own), "email": "Zoe.Hidden@Example.com", "first_name": "Zoehidden",
                    "last_name": "Müllerhidden", "display_name": "Zoehidden M.",
                ]
            )
            #expect(made["email"] == "Zoe.Hidden@Example.com")
            #expect(made["password"] == nil, "what the server keeps for itself is in no answer")
            let path = "/users/\(made.id)"
            let changed = await server.call(.patch, path, ["last_name": "Meierhidden", "first_name": .null])
            #expect(changed.json["data"]?["last_name"] == "Meierhidden", "\(changed.text)")
            #expect(changed.json["data"]?["first_name"] == .null)
            #expect(await server.call(.get, path).json["data"] == changed.json["data"])
            for query in ["", "?status=ACTIVE", "?tenant_id=\(tenants.own)"] {
                let answer = await server.call(.get, "/users\(query)")
                #expect(answer.json.ids.contains(made.id), "\(query): \(answer.text)")
            }
            #expect(await server.call(.get, "/users?tenant_id=\(tenants.other)").json.total == 0)
            #expect(await server.call(.delete, path).status == 204)
            #expect(await server.call(.get, path).status == 404)
            for entry in try server.entries() {
                let text = String(decoding: entry.encoded, as: UTF8.self).lowercased()
                #expect(!text.contains("hidden"), "\(entry.type)")
            }
        }
    }

    @Test(arguments: [
        ("ann@example.com", "ANN@Example.com"), ("zo\u{eb}@example.com", "zoe\u{308}@example.com"),
        ("stra\u{df}e@example.com", "STRASSE@example.com"),
    ])
    func `an address is one person's in a tenant, however it is spelled, until that one is deleted`(
        first: String,
        second: String,
    ) async throws {
        try await Server.run { server in
            let tenants = try await Tenants(server)
            let body = { (tenant: String, email: String) -> JSON in
                ["tenant_id": .string(tenant), "email": .string(email)]
            }
            let made = try await server.make("/users", body(tenants.own, first))
            let size = server.instance.status.size
            let refused = await server.call(.post, "/users", body(tenants.own, second))
            #expect(refused.status == 409, "\(refused.text)")
            #expect(try server.entries().last?.type != "user.created" && server.instance.status.size > size)
            // Another tenant's people are other people.
            let elsewhere = try await server.make("/users", body(tenants.other, second))
            let another = try await server.make("/users", body(tenants.own, "bob@example.com"))
            #expect(await server.call(.patch, "/users/\(another.id)", ["email": .string(second)]).status == 409)
            // Whoever has it spells it as they like.
            #expect(await server.call(.patch, "/users/\(made.id)", ["email": .string(second)]).status == 200)
            #expect(await server.call(.delete, "/users/\(made.id)").status == 204)
            #expect(await server.call(.patch, "/users/\(another.id)", ["email": .string(first)]).status == 200)
            #expect(await server.call(.get, "/users/\(elsewhere.id)").status == 200)
        }
    }

    @Test func `of twenty who ask for one name at once in two spellings one gets it`() async throws {
        try await Server.run { server in
            let tenants = try await Tenants(server)
            let statuses = await withTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    let name = number.isMultiple(of: 2) ? "Caf\u{e9}" : "CAFE\u{301}"
                    group.addTask {
                        let body: JSON = ["tenant_id": .string(tenants.own), "name": .string(name)]
                        return await server.call(.post, "/groups", body).status
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1)
            #expect(statuses.count { $0 == 409 } == 19)
            #expect(await server.call(.get, "/groups").json.total == 1)
        }
    }

    @Test func `a tenant's people go with it, and nobody adds any to it then`() async throws {
        try await Server.run { server in
            let tenants = try await Tenants(server)
            let email: JSON = "ann@example.com"
            let user = try await server.make("/users", ["tenant_id": .string(tenants.own), "email": email])
            let group = try await server.make("/groups", ["tenant_id": .string(tenants.own), "name": "Staff"])
            let before = server.instance.lastIndex
            #expect(await server.call(.delete, "/tenants/\(tenants.own)").status == 409)
            #expect(await server.call(.delete, "/tenants/\(tenants.own)?cascade=true").status == 204)
            let member: JSON = ["member_id": .string(user.id)]
            let late: [(Request.Method, String, JSON?)] = [
                (.get, "/users/\(user.id)", nil), (.patch, "/users/\(user.id)", ["first_name": "Late"]),
                (.delete, "/users/\(user.id)", nil), (.get, "/groups/\(group.id)", nil),
                (.post, "/groups/\(group.id)/members", member), (.get, "/groups/\(group.id)/members", nil),
                (.get, "/groups/\(group.id)/effective-members", nil),
                (.delete, "/groups/\(group.id)/members/\(user.id)", nil),
                (.post, "/groups", ["tenant_id": .string(tenants.own), "name": "Late"]),
                (.post, "/users", ["tenant_id": .string(tenants.own), "email": email]),
            ]
            for (method, path, body) in late {
                let answer = await server.call(method, path, body)
                #expect(answer.status == 404, "\(method) \(path): \(answer.text)")
            }
            #expect(await server.call(.get, "/users?as_of=\(before)").json.ids.contains(user.id))
            #expect(!(await server.call(.get, "/users").json.ids.contains(user.id)))
        }
    }
}
