import Endpoints
import Engine
import EventLog
import Identity
import Patience
import Testing
import Wire

struct AuditTests {
    @Test func `an entry is found by its id and its index, with the contract's names beside its own`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let entry = try #require(try server.last("partner.created"))
            for name in [entry.id, "\(entry.index)"] {
                let answer = await server.call(.get, "/audit/\(name)")
                #expect(answer.status == 200)
                let item = try #require(answer.json["data"])
                #expect(item["id"]?.text == entry.id)
                #expect(item["index"]?.number == Int64(entry.index))
                #expect(item["action"] == "partner.created")
                #expect(item["resource_type"] == "partner")
                #expect(item["resource_id"]?.text == partner)
                #expect(item["actor_id"]?.text == server.founded.client.text)
                #expect(item["actor_name"] == "Muniment service")
                #expect(item["ip_address"] == "192.0.2.44", "opened for who may see it")
                #expect(item["user_agent"] == "admin tests")
                let stored = try JSON.parse(entry.encoded).members ?? [:]
                for (name, value) in stored { #expect(item[name] == value, "\(name)") }
            }
            for name in ["evt_AAAAAAAAAAAAAAAAAAAAAA", "99999999", "007", "-1", "+1", "x", "evt_", "\(UInt64.max)"] {
                #expect(await server.call(.get, "/audit/\(name)").status == 404, "\(name)")
            }
            #expect(try server.last("entry.read")?.data["entry"]?.text == entry.id)
        }
    }

    @Test func `a partner of more tenants than are looked at is told of "at least" so many entries`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let path = "/audit?partner_id=\(partner)"
            _ = try await server.tenant("first", of: partner)
            #expect(await server.call(.get, path).json["pagination"]?["total_relation"] == nil)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<100 {
                    group.addTask {
                        for number in 0..<100 { _ = try await server.tenant("t-\(lane)-\(number)", of: partner) }
                    }
                }
                try await group.waitForAll()
            }
            let answer = await server.call(.get, path)
            #expect(answer.status == 200)
            #expect(answer.json["pagination"]?["total_relation"] == "gte")
        }
    }

    @Test func `the audit is narrowed by everything the contract names`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let start = server.clock.world.wall().adding(seconds: 50)
            server.clock.pass(microseconds: 100_000_000)
            let tenant = try await server.tenant("audited", of: partner)
            let end = server.clock.world.wall().adding(seconds: 50)
            server.clock.pass(microseconds: 100_000_000)
            let token = try await server.tenantToken(tenant, slug: "audited", ["applications:read"])
            _ = await server.call(.get, "/partners", token: token)
            let client = server.founded.client.text
            let all = try server.entries()
            let cases: [(String, (Entry) -> Bool)] = [
                ("tenant_id=\(tenant)", { $0.chain == tenant }),
                ("partner_id=\(partner)", { $0.chain == partner || $0.chain == tenant }),
                ("partner_id=\(partner)&tenant_id=\(tenant)", { $0.chain == tenant }),
                ("actor_id=\(client)", { $0.actor.id == client }),
                ("action=tenant.created", { $0.type == "tenant.created" }),
                ("resource_type=partner", { $0.type.hasPrefix("partner.") }),
                ("resource_type=partner&action=tenant.created", { _ in false }),
                ("resource_id=\(tenant)", { $0.stream == tenant }), ("result=DENIED", { $0.result == .denied }),
                ("ip_address=192.0.2.44", { $0.request?.ip != nil || $0.sealed.contains { $0.fields.contains("ip") } }),
                ("start_time=\(start.text)", { $0.recordedAt >= start }),
                ("end_time=\(end.text)", { $0.recordedAt <= end }),
                ("start_time=\(start.text)&end_time=\(end.text)", { $0.recordedAt >= start && $0.recordedAt <= end }),
                ("start_time=\(end.text)&end_time=\(start.text)", { _ in false }),
                ("end_time=1999-01-01T00:00:00Z", { _ in false }),
                ("action=TENANT.Created", { $0.type == "tenant.created" }),
                ("resource_type=Partner", { $0.type.hasPrefix("partner.") }),
                ("actor_email=nobody@example.com", { _ in false }), ("actor_email=\(Server.email)", { _ in false }),
                ("resource_id=%C3%A9", { _ in false }), ("tenant_id=tnt_nobody", { _ in false }),
            ]
            for (query, matches) in cases {
                let answer = await server.call(.get, "/audit?order=asc&per_page=100&\(query)")
                let found = answer.json["data"]?.items?.compactMap { $0["index"]?.number } ?? []
                let expected = all.filter(matches).map { Int64($0.index) }
                // The reads of this loop are entries too, behind those that were there before it.
                #expect(found.filter { $0 < all.count } == expected, "\(query)")
            }
            let newest = await server.call(.get, "/audit?per_page=3&action=tenant.created")
            #expect(newest.json.total == 1)
        }
    }

    @Test(arguments: [
        "start_time=yesterday", "tenant_id=x", "partner_id=tnt_1", "ip_address=host", "result=maybe", "order=up",
        "action=no.such", "action=tenant.create", "resource_type=tenants", "page=0", "per_page=101", "as_of=now",
        "colour=red", "actor_id=\(String(repeating: "x", count: 69))",
    ])
    func `S36 a filter that means nothing is 422`(query: String) async throws {
        try await Server.run { server in
            #expect(await server.call(.get, "/audit?\(query)").status == 422)
        }
    }

    @Test func `pages of the audit, the newest first`() async throws {
        try await Server.run { server in
            for number in 0..<5 { _ = try await server.partner("p-\(number)") }
            let query = "/audit?action=partner.created&per_page=2"
            var slugs: [String?] = []
            for page in 1...3 {
                let answer = await server.call(.get, "\(query)&page=\(page)").json
                #expect(answer["pagination"]?["total"] == 5)
                slugs += (answer["data"]?.items ?? []).map { $0["data"]?["slug"]?.text }
            }
            #expect(slugs == ["p-4", "p-3", "p-2", "p-1", "p-0"])
        }
    }

    @Test func `the vocabularies name every action and type`() async throws {
        try await Server.run { server in
            let actions = await server.call(.get, "/audit/actions").json["data"]?.items?.compactMap(\.text) ?? []
            #expect(Set(actions) == Set(EntryType.allCases.map(\.text)))
            let types = await server.call(.get, "/audit/resource-types").json["data"]?.items?.compactMap(\.text) ?? []
            #expect(Set(types) == Set(EntryType.allCases.map(\.noun)))
            #expect(types == types.sorted())
        }
    }

    @Test func `an entry's proof leads from its bytes to a checkpoint signed by this ledger`() async throws {
        try await Server.run { server in
            _ = try await server.partner()
            let entry = try #require(try server.last("partner.created"))
            var answer = Response(status: 503)
            try await until {
                answer = await server.call(.get, "/audit/\(entry.id)/proof")
                if answer.status == 503 { #expect(answer.header("retry-after") == "1") }
                return answer.status != 503
            }
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "text/plain; charset=utf-8")
            let proof = try TransparencyProof(decoding: String(decoding: answer.body, as: UTF8.self))
            #expect(proof.proves(entry.encoded, signedBy: server.instance.identity.verifierKey))
            #expect(await server.call(.get, "/audit/999999/proof").status == 404)
        }
    }

    @Test func `L14 a tenant sees its own chain alone, and of the platform its programs by name`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let own = try await server.tenant("own", of: partner)
            let other = try await server.tenant("other", of: partner)
            let token = try await server.tenantToken(own, slug: "own", ["audit:read", "tenants:read"])
            let reason = [(name: "muniment-reason", value: "internal")]
            _ = await server.call(.patch, "/tenants/\(own)", ["name": "Changed"], headers: reason)
            _ = await server.call(.get, "/tenants/\(own)?min_index=0")
            _ = await server.call(.get, "/tenants/\(own)", token: token)

            let listed = await server.call(.get, "/audit?per_page=100", token: token)
            let items = listed.json["data"]?.items ?? []
            #expect(!items.isEmpty && items.allSatisfy { $0["chain"]?.text == own })
            #expect(!listed.text.contains(other) && !listed.text.contains("internal"))
            let client = server.founded.client.text
            let platform = items.filter { $0["action"] == "tenant.updated" }
            #expect(
                platform.map { $0["actor"] } == [
                    [
                        "home": "platform", "id": .string(client), "kind": "application", "name": "Muniment service",
                    ]
                ]
            )
            #expect(platform.allSatisfy { $0["ip_address"] == .null && $0["actor_name"] == "Muniment service" })
            let mine = try #require(items.first { $0["action"] == "tenant.read" && $0["ip_address"] != .null })
            #expect(mine["ip_address"] == "192.0.2.44" && mine["actor_id"]?.text != client)

            let byClient = await server.call(.get, "/audit?per_page=100&actor_id=\(client)", token: token)
            #expect(byClient.json.total == Int64(items.count { $0["actor_id"]?.text == client }))
            let byEmail = await server.call(.get, "/audit?actor_email=\(Server.email)", token: token)
            #expect(byEmail.json.total == 0)
            let address = await server.call(.get, "/audit?per_page=100&ip_address=192.0.2.44", token: token)
            let found = address.json["data"]?.items ?? []
            #expect(!found.isEmpty && found.allSatisfy { $0["ip_address"] == "192.0.2.44" })
            #expect(address.json.total == Int64(found.count), "not even how many are hidden is told")

            let foreign = try #require(try server.entries().last { $0.chain == other })
            for path in ["/audit/\(foreign.index)", "/audit/\(foreign.id)", "/audit/\(foreign.id)/proof", "/audit/0"] {
                let answer = await server.call(.get, path, token: token)
                #expect(answer.text == #"403 {"detail":"Access denied"}"#)
            }
        }
    }

    /// Somebody of the platform, as the engine knows a person; nobody signs in yet.
    private func founder(_ server: Server, _ reason: String) -> Caller {
        let actor = Actor(
            kind: .user,
            id: server.founded.administrator.text,
            role: "super_admin",
            home: "platform",
            session: "ses_hidden",
            assurance: Actor.Assurance(level: .multi, methods: ["pwd", "otp"], at: server.clock.world.wall())
        )
        let request = Caller.Request(
            id: "req_founder",
            endpoint: "tenants.update",
            address: "198.51.100.7",
            userAgent: "a browser",
            reason: reason
        )
        return Caller(actor: actor, credential: .machine, home: .platform, request: request)
    }

    @Test func `L14 people who act from above are named to those at their home, and to nobody below by any question`()
        async throws
    {
        try await Server.run { server in
            let partner = try await server.partner()
            let own = try await server.tenant("own", of: partner)
            let token = try await server.tenantToken(own, slug: "own", ["audit:read"])
            let caller = founder(server, "asked by ticket 14")
            let (changed, changes) = (
                try #require(TenantID(own)), try Changes<Tenant>(["name": "Changed"], for: .update)
            )
            let command = Change<Tenant>(changed) { context in
                try Tenant.update(changed, changes, ifVersion: nil, by: context.authority, facts: context.facts)
            }
            let index = try await server.instance.perform(command, by: caller).index
            let id = server.founded.administrator.text
            let entry = try #require(try server.instance.entry(at: index))
            #expect(entry.actor == Actor(kind: .user, home: "platform"))

            let above = await server.call(.get, "/audit/\(index)").json["data"]
            let actor = try #require(above?["actor"]?.members)
            #expect(actor["kind"] == "user" && actor["home"] == "platform")
            #expect(actor["id"]?.text == id && actor["session"] == "ses_hidden" && actor["role"] == "super_admin")
            #expect(actor["assurance"]?["level"] == "multi")
            #expect(above?["actor_id"]?.text == id && above?["actor_name"] == .null)
            #expect(above?["reason"] == "asked by ticket 14")
            #expect(above?["ip_address"] == "198.51.100.7" && above?["user_agent"] == "a browser")
            let queries = ["actor_id=\(id)", "actor_email=\(Server.email)", "ip_address=198.51.100.7"]
            for query in queries {
                let found = await server.call(.get, "/audit?\(query)")
                #expect(found.json["data"]?.items?.map { $0["index"]?.number } == [Int64(index)], "\(query)")
            }
            let csv = await server.call(.get, "/audit?actor_id=\(id)", headers: [("accept", "text/csv")])
            #expect(csv.text.contains("ticket 14") && csv.text.contains(id))

            let below = await server.call(.get, "/audit/\(index)", token: token)
            #expect(below.json["data"]?["actor"] == ["kind": "user", "home": "platform"])
            let shown = try #require(below.json["data"]?.members)
            for name in ["actor_id", "actor_name", "ip_address", "user_agent"] { #expect(shown[name] == .null) }
            #expect(shown["reason"] == nil)
            let listed = await server.call(.get, "/audit?per_page=100&action=tenant.updated", token: token)
            #expect(listed.json.total == 1)
            for word in [id, "hidden", "ticket", "198.51", "browser", "super_admin", "multi"] {
                #expect(!below.text.contains(word) && !listed.text.contains(word), "\(word)")
            }
            let never = ["actor_id=usr_nobody", "actor_email=nobody@example.com", "ip_address=198.51.100.8"]
            for (query, other) in zip(queries, never) {
                let found = await server.call(.get, "/audit?\(query)", token: token)
                let nothing = await server.call(.get, "/audit?\(other)", token: token)
                #expect(found.json.total == 0 && found.json["data"] == [])
                #expect(found.json["pagination"]?["total_relation"] == nothing.json["pagination"]?["total_relation"])
            }
        }
    }

    @Test func `L14 whom an entry named in clear, before people were sealed, those below are not told either`()
        async throws
    {
        var server = try await Server(seed: 1)
        let own = try await server.tenant("own", of: try await server.partner())
        let token = try await server.tenantToken(own, slug: "own", ["audit:read"])
        let (keys, actor, id) = (server.instance.keys, founder(server, "").actor, server.founded.administrator.text)
        let (directory, world) = (server.directory, server.clock.world)
        var index: UInt64 = 0
        try await server.restart {
            let tables = try directory.ledger()
            let opening = try Opening(tables: tables, anchor: directory.anchor())
            let writer = LedgerWriter(
                tables: tables,
                keys: keys,
                ledgerID: opening.identity.id,
                range: opening.range,
                lastRecordedAt: opening.lastRecordedAt,
                random: world.random
            )
            let pending = PendingEntry(
                type: "tenant.updated",
                class: .state,
                actor: actor,
                chain: own,
                stream: own,
                data: ["name": "Changed"],
                sealed: [PendingEntry.Sealed(subject: id, key: "\(id)/2026-11", fields: ["ip": "198.51.100.7"])]
            )
            _ = try writer.prepare([pending], recordedAt: writer.time(wall: world.wall()))
            writer.accept()
            index = opening.range.size
            try writer.commit().get()
        }
        #expect(try server.instance.entry(at: index)?.actor == actor)
        let above = await server.call(.get, "/audit?actor_id=\(id)")
        #expect(above.json["data"]?.items?.map { $0["index"]?.number } == [Int64(index)])
        #expect(above.json["data"]?.items?.first?["ip_address"] == "198.51.100.7")
        let below = await server.call(.get, "/audit/\(index)", token: token)
        #expect(below.json["data"]?["actor"] == ["kind": "user", "home": "platform"])
        #expect(below.status == 200 && !below.text.contains(id) && !below.text.contains("198.51"))
        for query in ["actor_id=\(id)", "actor_email=\(Server.email)", "ip_address=198.51.100.7"] {
            #expect(await server.call(.get, "/audit?\(query)", token: token).json.total == 0, "\(query)")
        }
        try await server.instance.close()
    }
}
