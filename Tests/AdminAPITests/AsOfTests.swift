import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// What was, asked for by an index or by a time: everything that can be read is answered as it was then.
struct AsOfTests {
    /// A platform of which, after a moment, nothing stays as it is.
    private struct Platform {
        let server: Server
        let partner: String
        let tenant: String
        let leaving: String
        let kept: String
        let going: String
        /// A partner whose tenant stays with it.
        let still: String
        let resident: String

        init(_ server: Server) async throws {
            self.server = server
            partner = try await server.partner("walker", ["name": "Before", "contact_email": "before@a.example"])
            tenant = try await server.tenant("first", of: partner, ["name": "Before", "settings": ["x": 1]])
            leaving = try await server.tenant("leaving", of: partner)
            kept = try await server.tenantApplication(tenant, ["orders:read"]).id
            going = try await server.tenantApplication(tenant, [], ["application_type": "WEB"]).id
            still = try await server.partner("still")
            resident = try await server.tenant("resident", of: still)
        }

        /// The audit first: of it every read is an entry, so only the first sees just what was there before them all.
        var paths: [String] {
            [
                "/audit?per_page=100", "/audit?partner_id=\(still)", "/audit?tenant_id=\(tenant)",
                "/audit?resource_id=\(kept)&result=ok", "/audit?action=partner.created&per_page=1",
                "/partners/\(partner)", "/tenants/\(tenant)", "/tenants/\(leaving)", "/applications/\(kept)",
                "/applications/\(going)", "/partners", "/partners?search=before", "/tenants",
                "/tenants?partner_id=\(partner)&per_page=1", "/tenants?partner_id=\(partner)&per_page=1&page=2",
                "/tenants?status=ACTIVE&per_page=1", "/tenants?status=SUSPENDED", "/tenants?status=DELETED",
                "/tenants?search=before", "/applications", "/applications?tenant_id=\(tenant)&per_page=1",
                "/applications?partner_id=\(partner)", "/applications?application_type=WEB&scope=TENANT",
                "/applications?status=DELETED", "/applications/\(kept)/secrets", "/signing-keys",
            ]
        }

        func change() async throws {
            let new = try await server.partner("new")
            let changes: [(Request.Method, String, JSON?)] = [
                (.patch, "/partners/\(partner)", ["name": "After", "contact_email": "after@a.example"]),
                (.patch, "/tenants/\(tenant)", ["name": "After", "settings": .null, "status": "SUSPENDED"]),
                (.patch, "/tenants/\(tenant)", ["partner_id": .string(new)]),
                (.delete, "/tenants/\(leaving)", nil),
                (.patch, "/applications/\(kept)", ["description": "Changed"]),
                (.post, "/applications/\(kept)/rotate-secret", nil), (.delete, "/applications/\(going)", nil),
                (.post, "/signing-keys/rotate", nil), (.patch, "/tenants/\(resident)", ["name": "After"]),
            ]
            for (method, path, body) in changes {
                let answer = await server.call(method, path, body)
                try #require(answer.status < 300, "\(path): \(answer.text)")
            }
        }
    }

    @Test func `whatever is asked as of a moment is answered as it was then, by an index or a time`() async throws {
        try await Server.run { server in
            let platform = try await Platform(server)
            let index = server.instance.lastIndex
            let time = try #require(try server.instance.entry(at: index)).recordedAt
            server.clock.pass(microseconds: 10_000_000)
            var then: [String: Response] = [:]
            for path in platform.paths { then[path] = await server.call(.get, path) }
            server.clock.pass(microseconds: 10_000_000)
            try await platform.change()
            server.clock.pass(microseconds: 10_000_000)

            let berlin = time.adding(seconds: 7_200).text.dropLast() + "%2B02:00"
            let names = ["\(index)", time.text, String(berlin), time.adding(seconds: 5).text]
            for path in platform.paths {
                let before = try #require(then[path])
                #expect(before.status == 200, "\(path): \(before.text)")
                let now = await server.call(.get, path)
                #expect(now.json["data"] != before.json["data"], "\(path) is to be another")
                #expect(now.header("muniment-as-of") == nil)
                for name in names {
                    let answer = await server.call(.get, path + (path.contains("?") ? "&" : "?") + "as_of=\(name)")
                    #expect(answer.status == 200, "\(path), \(name): \(answer.text)")
                    #expect(answer.json["data"] == before.json["data"], "\(path), \(name)")
                    #expect(answer.header("etag") == before.header("etag"), "\(path), \(name)")
                    #expect(answer.json.total == before.json.total, "\(path), \(name)")
                    #expect(answer.header("muniment-as-of") == "\(index)", "\(path), \(name)")
                    if answer.json.total != nil { #expect(answer.json.asOf == Int64(index), "\(path), \(name)") }
                    #expect(answer.index ?? 0 > index, "what a reader must have seen is told as ever")
                }
            }
        }
    }

    @Test func `what came later is not there yet, and a vocabulary has no past`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let index = try #require(try server.last("partner.created")).index - 1
            let (entry, size) = (try #require(try server.last("partner.created")), server.instance.status.size)
            for path in ["/partners/\(partner)", "/audit/\(entry.id)", "/audit/\(entry.index)"] {
                #expect(await server.call(.get, "\(path)?as_of=\(index)").status == 404, "\(path)")
            }
            #expect(server.instance.status.size == size, "what is not there leaves nothing")
            #expect(await server.call(.get, "/audit/\(entry.index)?as_of=\(size - 1)").status == 200)
            #expect(await server.call(.get, "/partners?as_of=\(index)").json.total == 0)
            let words = await server.call(.get, "/audit/actions?as_of=0")
            #expect(words.json["data"]?.items?.count == EntryType.allCases.count)
            #expect(words.header("muniment-as-of") == "0")
        }
    }

    @Test func `the audit of a partner is that of the tenants which are its own now, as of any moment`() async throws {
        try await Server.run { server in
            let (old, new) = (try await server.partner("old"), try await server.partner("new"))
            let tenant = try await server.tenant("mover", of: old)
            let before = server.instance.lastIndex
            _ = await server.call(.patch, "/tenants/\(tenant)", ["partner_id": .string(new)])
            for (partner, count) in [(old, 0), (new, 1)] {
                let path = "/audit?partner_id=\(partner)&action=tenant.created&as_of=\(before)"
                #expect(await server.call(.get, path).json.total == Int64(count))
            }
            #expect(await server.call(.get, "/tenants?partner_id=\(old)&as_of=\(before)").json.ids == [tenant])
        }
    }

    @Test func `an index within a command means the moment before it`() async throws {
        try await Server.run { server in
            let (old, new) = (try await server.partner("old"), try await server.partner("new"))
            let before = server.instance.lastIndex
            let tenant = try await server.tenant("halved", of: old)
            #expect(server.instance.lastIndex == before + 2)
            _ = await server.call(.patch, "/tenants/\(tenant)", ["partner_id": .string(new)])
            #expect(server.instance.lastIndex == before + 5)
            for (index, resolved, partner) in [
                (before + 1, before, nil), (before + 2, before + 2, old), (before + 3, before + 2, old),
                (before + 4, before + 2, old), (before + 5, before + 5, new),
            ] {
                let answer = await server.call(.get, "/tenants/\(tenant)?as_of=\(index)")
                #expect(answer.status == (partner == nil ? 404 : 200), "\(index)")
                #expect(answer.json["data"]?["partner_id"]?.text == partner, "\(index)")
                if partner != nil { #expect(answer.header("muniment-as-of") == "\(resolved)", "\(index)") }
                let list = await server.call(.get, "/tenants?as_of=\(index)")
                #expect(list.json.total == (partner == nil ? 0 : 1), "\(index)")
                #expect(list.json.asOf == Int64(resolved), "\(index)")
                let audit = await server.call(.get, "/audit?per_page=1&as_of=\(index)")
                #expect(audit.json["data"]?.items?.first?["index"]?.number == Int64(resolved), "\(index)")
                #expect(audit.json.total == Int64(resolved) + 1, "\(index)")
            }
        }
    }

    @Test(arguments: ["/partners", "/partners/prt_nobody", "/signing-keys", "/audit", "/audit/0", "/audit/actions"])
    func `S36 a moment that there is not is 422`(path: String) async throws {
        try await Server.run { server in
            let (size, wall) = (server.instance.status.size, server.clock.world.wall())
            let first = try #require(try server.entries().first).recordedAt
            let nobodys = [
                // Beyond the end.
                "\(size)", "\(UInt64.max)", "18446744073709551616", "9007199254740992",
                // Before the beginning.
                first.adding(microseconds: -1).text, "1999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
                // Yet to come.
                wall.adding(seconds: 61).text, "9999-12-31T23:59:59Z",
                // Without a zone, or no time at all.
                String(wall.text.dropLast()), String(wall.text.prefix(10)), "2026-11-30T25:00:00Z", "", "now", "-1",
                "+1", "%2B1", "007", "0x1", "1.0", "%201", String(repeating: "1", count: 65),
            ]
            for name in nobodys {
                let answer = await server.call(.get, "\(path)?as_of=\(name)")
                #expect(answer.status == 422, "\(name): \(answer.text)")
                #expect(answer.places == ["query.as_of"], "\(name)")
                #expect(answer.header("muniment-as-of") == nil)
            }
            #expect(server.instance.status.size == size, "it leaves nothing")
        }
    }

    @Test func `a clock that runs a minute ahead of ours is borne`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let soon = server.clock.world.wall().adding(seconds: 60).text
            #expect(await server.call(.get, "/partners/\(partner)?as_of=\(soon)").status == 200)
        }
    }

    @Test func `what is written is written now`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let made = try await server.application()
            let key = try #require(await server.call(.get, "/signing-keys").json.ids.last)
            let size = server.instance.status.size
            let writes: [(Request.Method, String, JSON?)] = [
                (.post, "/partners", ["name": "A", "slug": "a"]), (.patch, "/partners/\(partner)", ["name": "A"]),
                (.delete, "/partners/\(partner)", nil), (.post, "/applications/\(made.id)/rotate-secret", nil),
                (.post, "/signing-keys/rotate", nil), (.post, "/signing-keys/\(key)/revoke", nil),
            ]
            for (method, path, body) in writes {
                let answer = await server.call(method, "\(path)?as_of=0", body)
                #expect(answer.status == 422, "\(method) \(path): \(answer.text)")
                #expect(answer.places == ["query.as_of"])
                #expect(answer.json["detail"]?.items?.first?["msg"]?.text?.contains("for reading") == true)
            }
            #expect(server.instance.status.size == size)
        }
    }

    @Test func `an index that is waited for can be the moment`() async throws {
        try await Server.run { server in
            let next = server.instance.status.size + 1
            #expect(await server.call(.get, "/partners?as_of=\(next)").status == 422)
            async let waiting = server.call(.get, "/partners?min_index=\(next)&as_of=\(next)")
            _ = try await server.partner("first")
            let answer = await waiting
            #expect(answer.status == 200)
            #expect(answer.json.total == 1)
        }
    }

    @Test func `who may see the past is decided now, and that it was looked at is an entry of now`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let (own, other) = (
                try await server.tenant("own", of: partner), try await server.tenant("other", of: partner)
            )
            let token = try await server.tenantToken(own, slug: "own", ["tenants:read", "applications:read"])
            let theirs = try await server.tenantApplication(other, [])
            let index = server.instance.lastIndex
            for path in ["/applications/\(theirs.id)", "/tenants/\(other)", "/applications?tenant_id=\(other)"] {
                let mark = path.contains("?") ? "&" : "?"
                let answer = await server.call(.get, "\(path)\(mark)as_of=\(index)", token: token)
                #expect(answer.text == #"403 {"detail":"Access denied"}"#, "\(path)")
                #expect(try server.entries().last?.type == "access.denied")
                #expect(try server.entries().last?.chain == own)
            }
            _ = await server.call(.patch, "/tenants/\(own)", ["name": "Changed"])
            let answer = await server.call(.get, "/tenants/\(own)?as_of=\(index)", token: token)
            #expect(answer.json["data"]?["name"] == "Tenant own")
            let read = try #require(try server.entries().last)
            #expect(read.type == "tenant.read" && read.stream == own && read.index > index)
            let opened = try server.instance.open(.init(index: read.index, ordinal: 0))
            #expect(opened?["query"]?.text == "as_of=\(index)")
            // A token that stands no more shows nothing of when it did.
            _ = await server.call(.patch, "/tenants/\(own)", ["status": "SUSPENDED"])
            #expect(await server.call(.get, "/tenants/\(own)?as_of=\(index)", token: token).status == 401)
        }
    }

    @Test func `a secret is told as it worked then, and when it was used last is not`() async throws {
        try await Server.run { server in
            let made = try await server.application()
            let path = "/applications/\(made.id)"
            _ = try await server.token(made)
            _ = await server.call(.post, "\(path)/rotate-secret", ["overlap_seconds": 60])
            let overlapping = server.instance.lastIndex
            server.clock.pass(microseconds: 61_000_000)
            _ = await server.call(.post, "\(path)/rotate-secret", [:])
            let now = await server.call(.get, "\(path)/secrets")
            #expect(now.json["data"]?.items?.count == 1)
            let then = await server.call(.get, "\(path)/secrets?as_of=\(overlapping)").json["data"]?.items ?? []
            #expect(then.map { $0["status"]?.text } == ["ACTIVE", "ACTIVE"])
            #expect(then.map { $0["expires_at"] == .null } == [false, true])
            #expect(then.allSatisfy { $0["last_used_at"] == .null })
        }
    }
}
