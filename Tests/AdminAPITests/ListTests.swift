import Endpoints
import EventLog
import Testing
import Wire

struct ListTests {
    @Test func `lists page, filter and search`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            var made: [String] = []
            for number in 0..<7 {
                let name = JSON.string("Zebra 0\(number)")
                made.append(try await server.tenant("zebra-\(number)", of: partner, ["name": name]))
            }
            let base = "/tenants?partner_id=\(partner)"
            for (page, expected) in [(1, made[0..<3]), (2, made[3..<6]), (3, made[6...]), (4, [])] {
                let answer = await server.call(.get, "\(base)&per_page=3&page=\(page)")
                #expect(answer.json.ids == Array(expected))
                let (block, index) = (try #require(answer.json["pagination"]), try #require(answer.index))
                #expect(
                    block == [
                        "page": .integer(Int64(page)), "per_page": 3, "total": 7, "total_pages": 3,
                        "as_of": .integer(Int64(index)),
                    ]
                )
            }
            _ = await server.call(.patch, "/tenants/\(made[0])", ["status": "SUSPENDED"])
            for word in ["suspended", "SUSPENDED", "Suspended"] {
                #expect(await server.call(.get, "\(base)&status=\(word)").json.ids == [made[0]])
            }
            for word in ["zebra%2003", "ZEBRA+03", "zebra-3"] {
                #expect(await server.call(.get, "\(base)&search=\(word)").json.ids == [made[3]])
            }
            #expect(await server.call(.get, "\(base)&search=giraffe").json.total == 0)
            // The document's lengths are of code points, whatever they need to be written down.
            for (count, status) in [(256, 200), (257, 422)] {
                let word = String(repeating: "%F0%9D%84%9E", count: count)
                #expect(await server.call(.get, "\(base)&search=\(word)").status == status)
            }
            _ = await server.call(.delete, "/tenants/\(made[6])")
            let deleted = await server.call(.get, "\(base)&status=deleted&search=zebra").json
            #expect(deleted.ids == [made[6]])
            #expect(deleted.total == 1)
            #expect(await server.call(.get, base).json.total == 6)
        }
    }

    @Test func `applications are narrowed by type, scope and owner`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let other = try await server.partner("other")
            let tenant = try await server.tenant("narrow", of: partner)
            let local = try await server.application([
                "scope": "TENANT", "tenant_id": .string(tenant), "application_type": "WEB",
            ]).id
            let shared = try await server.application(["scope": "PARTNER", "partner_id": .string(partner)]).id
            for (query, expected) in [
                ("tenant_id=\(tenant)", [local]), ("partner_id=\(partner)", [local, shared]), ("scope=tenant", [local]),
                ("scope=PARTNER&application_type=service", [shared]), ("application_type=spa", []),
                ("tenant_id=tnt_nobody", []), ("partner_id=prt_nobody", []),
                ("partner_id=\(partner)&tenant_id=\(tenant)", [local]),
                ("partner_id=\(partner)&scope=TENANT", [local]), ("partner_id=\(other)&tenant_id=\(tenant)", []),
            ] {
                #expect(await server.call(.get, "/applications?\(query)").json.ids == expected, "\(query)")
            }
        }
    }

    @Test(arguments: [
        "per_page=0", "per_page=101", "per_page=-1", "per_page=many", "per_page=1.5", "per_page=", "page=0",
        "page=first",
        "page=1000000000000000000000000000000", "status=asleep", "colour=red", "as_of=soon", "as_of=1&as_of=1",
        "page=1&page=2", "search=%ff", "search=%", "min_index=-1", "min_index=soon", "partner_id=tnt_1",
    ])
    func `S36 S4 a query that means nothing is 422, and never ignored`(query: String) async throws {
        try await Server.run { server in
            let answer = await server.call(.get, "/tenants?\(query)")
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.places.allSatisfy { $0.hasPrefix("query") } && !answer.places.isEmpty)
            for issue in answer.json["detail"]?.items ?? [] {
                #expect(issue.members?.map(\.name) == ["loc", "msg", "type"])
            }
        }
    }

    @Test func `S36 a search longer than any name is refused`() async throws {
        try await Server.run { server in
            let word = String(repeating: "x", count: 257)
            #expect(await server.call(.get, "/tenants?search=\(word)").status == 422)
        }
    }

    @Test func `a list of another's things counts with them, and with nobody who is not there`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            _ = await server.call(.get, "/tenants?partner_id=\(partner)")
            #expect(try server.last("tenant.listed")?.chain == partner)
            _ = await server.call(.get, "/tenants?partner_id=prt_invented")
            #expect(try server.last("tenant.listed")?.chain == "platform")
        }
    }
}
