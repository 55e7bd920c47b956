import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Storage
import Testing
import Wire

/// Restoring when things have gone on meanwhile: each day is a row, with its answer.
struct BadDayTests {
    /// A day: what there was, what happened since, and what a restore answers.
    struct Day: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// - Returns: what is asked, and by whom; nil is the first service.
        let given: @Sendable (Server) async throws -> (request: JSON, token: String?)
        let changes: [String]
        let conflicts: [String]
        var losses: [String] = []

        init(
            _ name: String,
            changes: [String] = [],
            conflicts: [String] = [],
            losses: [String] = [],
            given: @escaping @Sendable (Server) async throws -> (request: JSON, token: String?),
        ) {
            testDescription = name
            self.given = given
            (self.changes, self.conflicts, self.losses) = (changes, conflicts, losses)
        }
    }

    static let days: [Day] = [
        Day("a tenant went to another partner", changes: ["transferred tenant"], losses: ["tokens", "sessions"]) {
            server in
            let (one, two) = (try await server.partner("one"), try await server.partner("two"))
            let tenant = try await server.tenant("acme", of: one)
            let then = server.moment
            try await server.change("/tenants/\(tenant)", ["partner_id": .string(two)])
            return (RestoreTests.restore(tenant, to: then), nil)
        },
        Day("L3 an address is another's now", conflicts: ["name_taken"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let then = server.moment
            try await server.delete("/users/\(user)")
            _ = try await server.user("ADA@example.com", in: tenant)
            return (RestoreTests.restore(user, to: then), nil)
        },
        Day("L3 a limit was lowered", conflicts: ["limit_reached"]) { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("acme", of: partner)
            let user = try await server.user("ada@example.com", in: tenant)
            _ = try await server.user("bob@example.com", in: tenant)
            let then = server.moment
            try await server.delete("/users/\(user)")
            try await server.change("/partners/\(partner)", ["max_users_per_tenant": 1])
            return (RestoreTests.restore(user, to: then), nil)
        },
        Day("L1 a key was rotated", changes: ["updated application"], losses: ["secrets"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let made = try await server.tenantApplication(tenant, [])
            let then = server.moment
            _ = await server.call(.post, "/applications/\(made.id)/rotate-secret")
            try await server.change("/applications/\(made.id)", ["name": "Broken"])
            return (RestoreTests.restore(all: tenant, to: then), nil)
        },
        Day("the partner of a tenant is gone", conflicts: ["parent_missing"]) { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("acme", of: partner)
            let then = server.moment
            try await server.delete("/tenants/\(tenant)")
            try await server.delete("/partners/\(partner)")
            return (RestoreTests.restore(tenant, to: then), nil)
        },
        Day("L2 an application had more than the applier has", conflicts: ["would_raise_authority"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let made = try await server.tenantApplication(tenant, ["groups:write"])
            let token = try await server.tenantToken(tenant, slug: "acme", ["applications:write", "audit:read"])
            let then = server.moment
            try await server.delete("/applications/\(made.id)", token: token)
            return (RestoreTests.restore(made.id, to: then), token)
        },
        Day("the applier may not change such things", conflicts: ["not_permitted"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let token = try await server.tenantToken(tenant, slug: "acme", ["groups:write", "audit:read"])
            let then = server.moment
            try await server.change("/users/\(user)", ["last_name": "Gone"])
            return (RestoreTests.restore(user, to: then), token)
        },
        Day("one end of an edge is gone", conflicts: ["parent_missing"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let group = try await server.group("Crew", in: tenant)
            _ = await server.call(.post, "/groups/\(group)/members", ["member_id": .string(user)])
            let removed = await server.call(.delete, "/groups/\(group)/members/\(user)").written
            try await server.delete("/users/\(user)")
            return (["undo": ["indexes": [.integer(removed)]]], nil)
        },
        Day("what is newer is kept", changes: ["updated tenant"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let then = server.moment
            _ = try await server.user("ada@example.com", in: tenant)
            try await server.change("/tenants/\(tenant)", ["name": "Broken"])
            return (RestoreTests.restore(all: tenant, to: then), nil)
        },
        Day("what is newer is deleted", changes: ["deleted user"], losses: ["sessions"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let then = server.moment
            _ = try await server.user("ada@example.com", in: tenant)
            return (RestoreTests.restore(all: tenant, to: then, since: "delete"), nil)
        },
        Day("an erased person", conflicts: ["erased"]) { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let then = server.moment
            try await server.delete("/users/\(user)")
            try await server.instance.erase(try #require(UserID(user)), why: "asked for")
            return (RestoreTests.restore(user, to: then), nil)
        },
        Day("signing keys are not put back", conflicts: ["not_permitted"]) { server in
            _ = await server.call(.post, "/signing-keys/rotate")
            let index = try #require(try server.last("signing_key.created")?.index)
            return (["undo": ["indexes": [.integer(Int64(index))]]], nil)
        },
    ]

    @Test(arguments: days)
    func `a plan says what can be done, and what cannot`(day: Day) async throws {
        try await Server.run { server in
            let (request, token) = try await day.given(server)
            let plan = try await server.plan(request, token: token)
            #expect(plan.changes == day.changes)
            #expect(plan.conflicts == day.conflicts)
            #expect(plan.losses == day.losses)
            for (kind, member) in [("name_taken", "holder"), ("parent_missing", "offer")] {
                for conflict in plan["conflicts"]?.items ?? [] where conflict["kind"]?.text == kind {
                    #expect(conflict[member]?.text != nil, "\(kind) names its \(member)")
                }
            }
            let answer = await server.applying(request, plan["digest"]?.text ?? "", token: token)
            #expect(answer.status == 200, "\(answer.text)")
            let after = try await server.plan(request, token: token)
            #expect(after.changes.isEmpty, "what was restored is as it was then")
        }
    }

    /// A request that cannot mean anything, and where it says so.
    static let wrong: [(JSON, String)] = [
        ([:], "body.undo"), (["undo": [:]], "body.undo"), (["undo": 1], "body.undo"),
        (["undo": ["indexes": []]], "body.undo.indexes"), (["undo": ["indexes": [99_999]]], "body.undo.indexes"),
        (["undo": ["batch": 99_999]], "body.undo.batch"), (["undo": ["batch": 1, "cause": 1]], "body.undo"),
        (["undo": ["actor": "app_x", "from": 0]], "body.undo.to"),
        (["undo": ["request_id": "none"]], "body.undo.request_id"),
        (["undo": ["indexes": [0]]], "body.undo.indexes"),
        (["restore": ["to": "now"]], "body.restore"),
        (["restore": ["scope": "platform", "to": "now"]], "body.restore.scope"),
        (["restore": ["scope": "x", "to": "now"]], "body.restore.scope"),
        (["restore": ["resource": "tnt_x", "to": 99_999]], "body.restore.to"),
        (["restore": ["resource": "tnt_x", "to": "2999-01-01T00:00:00Z"]], "body.restore.to"),
        (["restore": ["resource": "tnt_x", "to": "now"], "extra": 1], "body.extra"),
        (["restore": ["resource": "tnt_x", "to": "now"], "undo": ["batch": 0]], "body.restore"),
    ]

    @Test(arguments: wrong)
    func `what means nothing is told with its place`(body: JSON, place: String) async throws {
        try await Server.run { server in
            let size = server.instance.status.size
            let text = String(decoding: body.compact, as: UTF8.self).replacing("\"now\"", with: "\(server.moment)")
            let answer = await server.call(.post, "/restore/plan", try JSON.parse(Array(text.utf8)))
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.places == [place])
            #expect(server.instance.status.size == size)
        }
    }

    @Test func `carrying out wants a digest of this request, a reason, and a right to read what happened`() async throws
    {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let path = "/tenants/\(tenant)"
            let index = try await server.change(path, ["name": "Broken"])
            let other = try await server.change(path, ["branding": ["a": 1]])
            let request: JSON = ["undo": ["indexes": [.integer(index)]]]
            let digest = try await server.plan(request)["digest"]?.text ?? ""
            let foreign = try await server.plan(["undo": ["indexes": [.integer(other)]]])["digest"]?.text ?? ""
            #expect(await server.applying(request, foreign).status == 409)
            #expect(await server.applying(request, "nonsense").places == ["body.digest"])
            var body = request.members ?? [:]
            body["digest"] = .string(digest)
            let silent = await server.call(.post, "/restore/apply", .object(body))
            #expect(silent.status == 422 && silent.places == ["header.Muniment-Reason"], "\(silent.text)")
            let forced: JSON = ["undo": ["indexes": [.integer(index)]], "force": ["\(index)/no_such_field"]]
            #expect(try await server.plan(forced).changes == ["updated tenant"])
            let blind = try await server.tenantToken(tenant, slug: "acme", ["users:write"])
            #expect(await server.call(.post, "/restore/plan", request, token: blind).status == 403)
            let stranger = try await server.tenant("other", of: server.partner("two"))
            let away = try await server.tenantToken(stranger, slug: "other", ["audit:read"])
            #expect(await server.call(.post, "/restore/plan", request, token: away).status == 403)
            #expect(await server.applying(request, digest).status == 200)
        }
    }

    @Test func `a repetition under an idempotency key gets the same answer and does nothing more`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let index = try await server.change("/tenants/\(tenant)", ["name": "Broken"])
            let request: JSON = ["undo": ["indexes": [.integer(index)]]]
            var body = request.members ?? [:]
            body["digest"] = try await server.plan(request)["digest"]
            let headers = Server.why + [(name: "idempotency-key", value: "once")]
            let first = await server.call(.post, "/restore/apply", .object(body), headers: headers)
            let size = server.instance.status.size
            let second = await server.call(.post, "/restore/apply", .object(body), headers: headers)
            #expect(first.status == 200 && first.body == second.body, "\(second.text)")
            #expect(server.instance.status.size == size)
        }
    }

    @Test func `the last super administrator stays, whatever a plan undoes`() async throws {
        try await Server.run { server in
            let role = try #require(try server.last("role.granted"))
            let founded = try #require(try server.entries().first { $0.type == "user.created" })
            for index in [role.index, founded.index] {
                let plan = try await server.plan(["undo": ["indexes": [.integer(Int64(index))]]])
                #expect(plan.changes.isEmpty && plan.conflicts == ["not_permitted"])
                #expect(plan["conflicts"]?.items?.first?["code"] == "last_super_admin")
            }
        }
    }

    @Test func `L2 a restored person with a role comes back suspended where the applier may not hand it out`()
        async throws
    {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let grant = RoleGrantID(random: [UInt8](repeating: 7, count: RoleGrantID.randomBytes))
            try await server.perform(
                Change<RoleGrant>(grant) { context in
                    try RoleGrant.grant(
                        .tenantAdmin,
                        to: try #require(UserID(user)),
                        as: grant,
                        by: context.authority,
                        facts: context.facts
                    )
                }
            )
            let token = try await server.tenantToken(tenant, slug: "acme", ["users:write", "audit:read"])
            let then = server.moment
            try await server.delete("/users/\(user)", token: token)
            let request = RestoreTests.restore(user, to: then)
            let plan = try await server.plan(request, token: token)
            #expect(plan.changes == ["restored user"] && plan.conflicts == ["would_raise_authority"])
            let told: JSON = ["name": "status", "before": "DELETED", "after": "SUSPENDED"]
            #expect(plan["changes"]?.items?.first?["fields"]?.items == [told])
            let whole = try await server.plan(request)
            #expect(whole.conflicts.isEmpty && whole["digest"] != plan["digest"], "who may start it has another plan")
            try await server.apply(request, token: token)
            #expect(try await server.shown("/users/\(user)")["status"] == "SUSPENDED")
        }
    }

    /// What happens between the plan and its being carried out, and whether it is carried out still.
    enum Meanwhile: String, CaseIterable { case restart, tokens, another, weaker, deletion }

    @Test(arguments: Meanwhile.allCases)
    func `a plan waits for nobody, and knows what has changed`(meanwhile: Meanwhile) async throws {
        // A server that is stopped and started belongs to nobody else.
        var server = try await Server(seed: 1)
        let tenant = try await server.tenant("acme", of: server.partner())
        let user = try await server.user("ada@example.com", in: tenant)
        let index = try await server.change("/users/\(user)", ["last_name": "Gone"])
        let request: JSON = ["undo": ["indexes": [.integer(index)]]]
        let digest = try await server.plan(request)["digest"]?.text ?? ""
        var (token, status) = (String?.none, 200)
        switch meanwhile {
        case .restart: try await server.restart()
        case .tokens:
            for _ in 0..<5 { _ = try await server.platformToken([]) }
        case .another: token = try await server.platformToken(["admin:write"])
        case .weaker:
            token = try await server.tenantToken(tenant, slug: "acme", ["audit:read"])
            status = 409
        case .deletion:
            #expect(await server.call(.delete, "/tenants/\(tenant)?cascade=true").status == 204)
            status = 409
        }
        let answer = await server.applying(request, digest, token: token)
        #expect(answer.status == status, "\(answer.text)")
        try await server.instance.close()
    }

    @Test func `activity that retention removed is told as lost, of the time that is asked about alone`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let user = try await server.user("ada@example.com", in: tenant)
            let then = server.moment
            #expect(await server.call(.get, "/users/\(user)").status == 200)
            let read = try #require(try server.last("user.read"))
            let leaf = try server.instance.tables.environment.read {
                try server.instance.tables.hash(level: 0, read.index, $0)
            }
            let first = try server.entries().filter { $0.class == .activity && $0.chain == tenant }
            let applied = Event(
                RetentionSubject.entry(.applied),
                chain: .platform,
                data: [
                    "before_sequence": .integer(Int64(read.sequence + 1)), "chain": .string(tenant),
                    "count": .integer(Int64(first.count)), "counters": [:],
                    "first_index": .integer(Int64(try #require(first.first).index)),
                    "last_index": .integer(Int64(read.index)), "last_leaf": .string(Base64URL.encode(leaf.bytes)),
                ]
            )
            _ = try await server.instance.perform(RecordEvents([applied]), by: .system)
            let after = server.moment
            try await server.change("/users/\(user)", ["last_name": "Gone"])
            let lost = try await server.plan(RestoreTests.restore(all: tenant, to: then))
            #expect(lost.losses == ["activity_removed"] && lost.changes == ["updated user"])
            #expect(try await server.plan(RestoreTests.restore(all: tenant, to: after)).losses.isEmpty)
        }
    }
}
