import Chance
import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// What differs between two moments, whatever came and went in between left out.
struct DiffTests {
    private static func lines(_ answer: Response) -> [JSON] { answer.json["data"]?.items ?? [] }

    private static func diff(
        _ server: Server,
        _ scope: String,
        _ from: UInt64,
        _ to: UInt64? = nil,
        _ more: String = "",
        token: String? = nil,
    ) async -> Response {
        let until = to.map { "&to=\($0)" } ?? ""
        return await server.call(.get, "/diff?scope=\(scope)&from=\(from)\(until)&per_page=100\(more)", token: token)
    }

    @Test
    func `each resource is told once with what hangs on it, totals first, and what came back to itself not at all`()
        async throws
    {
        try await Server.run { server in
            let (partner, other) = (try await server.partner("one"), try await server.partner("two"))
            let tenant = try await server.tenant("changed", of: partner)
            let moving = try await server.tenant("moving", of: partner)
            let place: JSON = .string(tenant)
            let ann = try await server.make("/users", ["tenant_id": place, "email": "ann@x.example"]).id
            let ben = try await server.make("/users", ["tenant_id": place, "email": "ben@x.example"]).id
            let going = try await server.make("/groups", ["tenant_id": place, "name": "Going"]).id
            let staff = try await server.make("/groups", ["tenant_id": place, "name": "Staff"]).id
            _ = await server.call(.post, "/groups/\(going)/members", ["member_id": .string(ann)])
            let from = server.instance.lastIndex
            // What comes back to itself, one sealed, one in clear, one deleted, one edge.
            for email in ["other@x.example", "ann@x.example"] {
                _ = await server.call(.patch, "/users/\(ann)", ["email": .string(email)])
            }
            for name in ["X", "Staff"] { _ = await server.call(.patch, "/groups/\(staff)", ["name": .string(name)]) }
            _ = await server.call(.delete, "/users/\(ben)")
            try await server.restore(try #require(UserID(ben)))
            let gone = try await server.make("/groups", ["tenant_id": place, "name": "Gone"]).id
            _ = await server.call(.delete, "/groups/\(gone)")
            for method in [Request.Method.post, .delete] {
                let path = "/groups/\(staff)/members" + (method == .delete ? "/\(ann)" : "")
                let body: JSON? = method == .post ? ["member_id": .string(ann)] : nil
                #expect(await server.call(method, path, body).status < 300)
            }
            let still = await Self.diff(server, tenant, from)
            #expect(still.status == 200, "\(still.text)")
            #expect(Self.lines(still) == [])
            #expect(still.json["totals"] == ["created": 0, "changed": 0, "deleted": 0, "moved": 0])

            // And what stays.
            _ = await server.call(.patch, "/users/\(ann)", ["email": "new@x.example"])
            _ = await server.call(.post, "/groups/\(staff)/members", ["member_id": .string(ann)])
            _ = await server.call(.delete, "/groups/\(going)")
            let role = try await server.grant(.tenantAdmin, to: ann, at: .tenant(try #require(TenantID(tenant))))
            _ = await server.call(.patch, "/tenants/\(moving)", ["partner_id": .string(other)])
            let new = try await server.make("/groups", ["tenant_id": place, "name": "New"]).id
            let answer = await Self.diff(server, tenant, from)
            #expect(answer.text.hasPrefix(#"200 {"totals":{"created":3,"changed":1,"deleted":1,"moved":0},"data":["#))
            let expected: [(String, String, String)] = [
                (ann, "user", "changed"), (role, "role", "created"), (staff, "group_member", "created"),
                (going, "group", "deleted"), (new, "group", "created"),
            ]
            let told = Self.lines(answer).map { line in
                (line["resource_id"]?.text ?? "", line["kind"]?.text ?? "", line["change"]?.text ?? "")
            }
            #expect(told.map { "\($0)" } == expected.map { "\($0)" })
            let email: JSON = ["name": "email", "before": "ann@x.example", "after": "new@x.example"]
            #expect(Self.lines(answer)[0]["fields"] == [email])
            let joined: JSON = ["name": "member_id", "before": .null, "after": .string(ann)]
            #expect(Self.lines(answer)[2]["fields"] == [joined])

            let whole = await Self.diff(server, "platform", from)
            #expect(whole.json["totals"] == ["created": 3, "changed": 1, "deleted": 1, "moved": 1])
            let ofOther = Self.lines(await Self.diff(server, other, from))
            #expect(ofOther.map { $0["change"] } == ["moved"])
            let moved: JSON = ["name": "partner_id", "before": .string(partner), "after": .string(other)]
            #expect(ofOther[0]["fields"] == [moved])
            #expect(Self.lines(await Self.diff(server, ann, from)).count == 3, "the person, a role, a membership")
            #expect(Self.lines(await Self.diff(server, staff, from)).count == 1)
            let read = try #require(try server.entries().last)
            #expect(read.type == "entry.compared" && read.chain == tenant)
        }
    }

    @Test func `moments are named as everywhere, and what means nothing is 422`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let from = server.instance.lastIndex
            let time = try #require(try server.instance.entry(at: from)).recordedAt
            server.clock.pass(microseconds: 2_000_000)
            _ = await server.call(.patch, "/partners/\(partner)", ["name": "New"])
            let last = server.instance.lastIndex
            for name in ["\(from)", time.text, time.adding(seconds: 1).text] {
                let answer = await server.call(.get, "/diff?scope=\(partner)&from=\(name)")
                #expect(Self.lines(answer).map { $0["change"] } == ["changed"], "\(name): \(answer.text)")
            }
            #expect(Self.lines(await Self.diff(server, partner, from, from)) == [])
            #expect(Self.lines(await Self.diff(server, partner, from, nil, "&as_of=\(from)")) == [])
            for (query, place) in [
                ("scope=\(partner)&from=\(last)&to=\(from)", "from"), ("scope=\(partner)", "from"),
                ("from=\(from)", "scope"), ("scope=\(partner)&from=x", "from"),
                ("scope=\(partner)&from=\(from)&to=99999", "to"), ("scope=\(partner)&from=99999", "from"),
                ("scope=\(partner)&from=1999-12-31T23:59:59Z", "from"),
                ("scope=\(partner)&from=\(from)&to=\(last)&as_of=\(from)", "to"),
            ] {
                let answer = await server.call(.get, "/diff?\(query)")
                #expect(answer.status == 422, "\(query): \(answer.text)")
                #expect(answer.places == ["query.\(place)"], "\(query)")
            }
            for scope in ["prt_nobody", "tnt_nobody", "usr_nobody", "nonsense", "grm_nobody"] {
                #expect(await Self.diff(server, scope, from).status == 404, "\(scope)")
            }
        }
    }

    @Test func `what is sealed is opened for those alone who may read such a thing`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("sealed", of: try await server.partner())
            let from = server.instance.lastIndex
            let body: JSON = ["tenant_id": .string(tenant), "email": "ann@x.example"]
            _ = try await server.make("/users", body)
            for (scopes, shown) in [(["audit:read"], nil), (["audit:read", "users:read"], "ann@x.example")] {
                let token = try await server.tenantToken(tenant, slug: "sealed", scopes)
                let lines = Self.lines(await Self.diff(server, tenant, from, token: token))
                let user = try #require(lines.first { $0["kind"] == "user" })
                let email = try #require(user["fields"]?.items?.first { $0["name"] == "email" })
                #expect(email["after"]?.text == shown)
                #expect(email["hidden"] == (shown == nil ? true : nil))
                #expect(await Self.diff(server, "platform", from, token: token).status == 403)
            }
            let without = try await server.tenantToken(tenant, slug: "sealed", ["users:read"])
            #expect(await Self.diff(server, tenant, from, token: without).status == 403)
        }
    }

    @Test func `pages stand still while more is written`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let from = server.instance.lastIndex
            var tenants: [String] = []
            for number in 0..<5 { tenants.append(try await server.tenant("t-\(number)", of: partner)) }
            let asOf = server.instance.lastIndex
            var told: [String] = []
            for page in 1...3 {
                let path = "/diff?scope=\(partner)&from=\(from)&per_page=2&page=\(page)&as_of=\(asOf)"
                let answer = await server.call(.get, path)
                told += Self.lines(answer).compactMap { $0["resource_id"]?.text }
                #expect(answer.json["pagination"]?["total"] == 5)
                #expect(answer.json["totals"]?["created"] == 5)
                _ = try await server.tenant("more-\(page)", of: partner)
            }
            #expect(told == tenants)
        }
    }

    /// Everything that the test made, read as of two moments, against what the comparison of the two says.
    @Test(arguments: 1...4)
    func `it says what two readings of everything would show`(seed: UInt64) async throws {
        try await Server.run(seed: seed) { server in
            var dice = Dice(seed: seed)
            var known: [(path: String, id: String, tenant: Int)] = []
            let partners = [try await server.partner("one"), try await server.partner("two")]
            var tenants: [String] = []
            for number in 0..<3 {
                tenants.append(try await server.tenant("t-\(number)", of: partners[0]))
                known.append(("/tenants/\(tenants[number])", tenants[number], number))
            }
            let start = server.instance.lastIndex
            for round in 0..<80 {
                let tenant = dice.below(3)
                let pick = dice.pick(known.filter { $0.tenant == tenant })
                switch dice.below(6) {
                case 0, 1:
                    let body: JSON = ["tenant_id": .string(tenants[tenant]), "name": .string("G \(round)")]
                    let id = try await server.make("/groups", body).id
                    known.append(("/groups/\(id)", id, tenant))
                case 2:
                    guard let pick, pick.path.hasPrefix("/groups") else { continue }
                    _ = await server.call(.delete, pick.path)
                case 3:
                    guard let pick, let id = GroupID(pick.id) else { continue }
                    _ = try? await server.restore(id)
                case 4:
                    let partner: JSON = .string(partners[dice.below(2)])
                    _ = await server.call(.patch, "/tenants/\(tenants[tenant])", ["partner_id": partner])
                default:
                    guard let pick else { continue }
                    let name =
                        pick.path.hasPrefix("/groups")
                        ? "G of \(pick.id.suffix(4)) \(dice.below(2))" : "N\(dice.below(2))"
                    _ = await server.call(.patch, pick.path, ["name": .string(name)])
                }
            }
            let ends = try server.entries().filter { $0.batch.map { $0.position == $0.count } ?? true }.map(\.index)
            for _ in 0..<20 {
                let possible = ends.filter { $0 >= start }
                let moments = [0, 1].map { _ in possible[dice.below(possible.count)] }.sorted()
                var expected: [String: String] = [:]
                var ofTenant: [String: String] = [:]
                for item in known {
                    let change = try await Self.change(server, item.path, moments)
                    expected[item.id] = change
                    if item.tenant == 0 { ofTenant[item.id] = change }
                }
                for (scope, wanted) in [("platform", expected), (tenants[0], ofTenant)] {
                    let answer = await Self.diff(server, scope, moments[0], moments[1])
                    let told = Self.lines(answer).map { ($0["resource_id"]?.text ?? "", $0["change"]?.text ?? "") }
                    #expect(Dictionary(uniqueKeysWithValues: told) == wanted, "\(scope) \(moments)")
                }
            }
        }
    }

    private static func change(_ server: Server, _ path: String, _ moments: [UInt64]) async throws -> String? {
        let old = await server.call(.get, "\(path)?as_of=\(moments[0])")
        let new = await server.call(.get, "\(path)?as_of=\(moments[1])")
        switch (old.status, new.status) {
        case (404, 200): return "created"
        case (200, 404): return "deleted"
        case (200, 200):
            let (before, after) = (old.json["data"], new.json["data"])
            if before?["partner_id"] != after?["partner_id"] { return "moved" }
            return ["name", "description", "status"].contains { before?[$0] != after?[$0] } ? "changed" : nil
        default: return nil
        }
    }
}
