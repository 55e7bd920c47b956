import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// A resource and its collection, for what holds of all of them.
struct Collection: CustomTestStringConvertible {
    let path: String
    let prefix: String
    let noun: String
    let events: [String]
    let body: @Sendable (Server) async throws -> JSON

    var testDescription: String { path }

    static let all = [
        Collection(
            path: "/partners",
            prefix: "prt_",
            noun: "Partner",
            events: ["partner.created", "platform.partner_added"],
        ) { _ in ["name": "Acme", "slug": "acme"] },
        Collection(
            path: "/tenants",
            prefix: "tnt_",
            noun: "Tenant",
            events: ["tenant.created", "partner.tenant_added"],
        ) { ["name": "Acme", "slug": "acme", "partner_id": .string(try await $0.partner("owner"))] },
        Collection(
            path: "/applications",
            prefix: "app_",
            noun: "Application",
            events: ["application.created", "secret.created"],
        ) { _ in ["name": "Acme", "application_type": "SERVICE", "scope": "GLOBAL"] },
    ]
}

struct ResourceLifeTests {
    @Test(arguments: Collection.all)
    func `a resource is created, read, changed and deleted, each an entry`(collection: Collection) async throws {
        try await Server.run { server in
            let body = try await collection.body(server)
            let created = await server.call(.post, collection.path, body)
            #expect(created.status == 201)
            #expect(created.header("etag") == "\"1\"")
            let made = try #require(created.json["data"])
            #expect(made.id.hasPrefix(collection.prefix))
            #expect(made["status"]?.text == "ACTIVE")
            #expect(made["deleted_at"] == .null)
            let index = try #require(created.index)
            #expect(try server.entries()[Int(index) - 1...Int(index)].map(\.type) == collection.events)

            let path = "\(collection.path)/\(made.id)"
            let read = await server.call(.get, path)
            #expect(read.status == 200)
            var shown = try #require(made.members)
            shown["client_secret"] = nil
            #expect(read.json["data"] == .object(shown))
            #expect(try server.entries().last?.type == "\(collection.noun.lowercased()).read")
            #expect(try server.entries().last?.stream == made.id)

            let patched = await server.call(.patch, path, ["name": "Ajax"])
            #expect(patched.status == 200)
            #expect(patched.header("etag") == "\"2\"")
            #expect(patched.json["data"]?["name"] == "Ajax")
            #expect(try server.entries().last?.data == ["name": "Ajax"])

            let deleted = await server.call(.delete, path)
            #expect(deleted.status == 204)
            #expect(deleted.body.isEmpty)
            for answer in [
                await server.call(.get, path), await server.call(.patch, path, ["name": "Back"]),
                await server.call(.delete, path),
            ] {
                #expect(answer.status == 404)
                #expect(answer.detail == "\(collection.noun) not found")
            }
            let gone = await server.call(.get, "\(collection.path)?status=deleted")
            let last = try #require(gone.json["data"]?.items?.last)
            #expect(last.id == made.id)
            #expect(last["status"]?.text == "DELETED")
            #expect(last["deleted_at"]?.text != nil)
            #expect(await !server.call(.get, collection.path).json.ids.contains(made.id))
        }
    }

    @Test(arguments: Collection.all)
    func `both forms of a path mean the same`(collection: Collection) async throws {
        try await Server.run { server in
            #expect(await server.call(.get, collection.path + "/").status == 200)
            let made = try await server.make(collection.path + "/", try await collection.body(server))
            #expect(await server.call(.get, "\(collection.path)/\(made.id)/").status == 200)
        }
    }

    @Test(arguments: Collection.all)
    func `a change that changes nothing answers how it stands, and is a read`(collection: Collection) async throws {
        try await Server.run { server in
            let made = try await server.make(collection.path, try await collection.body(server))
            let answer = await server.call(.patch, "\(collection.path)/\(made.id)", ["name": "Acme"])
            #expect(answer.status == 200)
            #expect(answer.header("etag") == "\"1\"")
            let entry = try #require(try server.entries().last)
            #expect(entry.type == "\(collection.noun.lowercased()).read")
            #expect(entry.index == answer.index)
        }
    }

    @Test(arguments: Collection.all)
    func `an identifier that is none, or another kind's, names nothing`(collection: Collection) async throws {
        try await Server.run { server in
            let prefix = collection.prefix
            for name in ["prt_%00", "x", "usr_1", "0", prefix, "\(prefix)nobody", "%F0%9F%A6%86"] {
                #expect(await server.call(.get, "\(collection.path)/\(name)").status == 404, "\(name)")
            }
        }
    }

    @Test func `personal data is shown to those who may, and stands in no entry`() async throws {
        try await Server.run { server in
            let email = "contact@partner.example"
            let partner = try await server.partner("sealed", ["contact_email": .string(email)])
            let read = await server.call(.get, "/partners/\(partner)")
            #expect(read.json["data"]?["contact_email"]?.text == email)
            #expect(await server.call(.get, "/partners").json["data"]?.items?.last?["contact_email"]?.text == email)
            let other = "other@partner.example"
            let patched = await server.call(.patch, "/partners/\(partner)", ["contact_email": .string(other)])
            #expect(patched.json["data"]?["contact_email"]?.text == other)
            let cleared = await server.call(.patch, "/partners/\(partner)", ["contact_email": nil])
            #expect(cleared.json["data"]?["contact_email"] == .null)
            for entry in try server.entries() {
                let text = String(decoding: entry.encoded, as: UTF8.self)
                #expect(!text.contains(email) && !text.contains(other))
            }
        }
    }

    @Test func `an administrator's own JSON comes back as it was given`() async throws {
        try await Server.run { server in
            let settings = #"{"ratio":1.50,"big":12345678901234567890,"é":["ü",null],"a":{"z":1,"b":2}}"#
            let value = try JSON.parse(Array(settings.utf8))
            let owner = try await server.partner()
            let tenant = try await server.tenant("own-json", of: owner, ["settings": value])
            let answer = await server.call(.get, "/tenants/\(tenant)")
            #expect(String(decoding: answer.body, as: UTF8.self).contains(settings))
            let replaced = await server.call(.patch, "/tenants/\(tenant)", ["settings": ["x": 1]])
            #expect(replaced.json["data"]?["settings"] == ["x": 1])
        }
    }

    @Test func `a partner with children goes only with them, all by one entry`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("child", of: partner)
            let application = try await server.application(["scope": "TENANT", "tenant_id": .string(tenant)]).id
            let refused = await server.call(.delete, "/partners/\(partner)")
            #expect(refused.status == 409)
            #expect(refused.detail?.hasPrefix("Partner has 1 tenant;") == true)
            #expect(try server.entries().last?.type == "command.failed")
            #expect(await server.call(.delete, "/partners/\(partner)?cascade=maybe").status == 422)
            let size = server.instance.status.size
            #expect(await server.call(.delete, "/partners/\(partner)?cascade=true").status == 204)
            #expect(server.instance.status.size == size + 1)
            for path in ["/partners/\(partner)", "/tenants/\(tenant)", "/applications/\(application)"] {
                #expect(await server.call(.get, path).status == 404)
            }
            let entry = try #require(try server.last("partner.deleted"))
            #expect(entry.index == size && entry.batch == nil && entry.stream == partner)
        }
    }

    @Test func `a tenant moves to another partner by a change of partner_id`() async throws {
        try await Server.run { server in
            let (old, new) = (try await server.partner("old"), try await server.partner("new"))
            let tenant = try await server.tenant("mover", of: old)
            let moved = await server.call(.patch, "/tenants/\(tenant)", ["partner_id": .string(new), "name": "Moved"])
            #expect(moved.json["data"]?["partner_id"]?.text == new)
            #expect(moved.json["data"]?["name"] == "Moved")
            #expect(await server.call(.get, "/tenants?partner_id=\(old)").json.ids == [])
            #expect(await server.call(.get, "/tenants?partner_id=\(new)").json.ids == [tenant])
            #expect(await server.call(.patch, "/tenants/\(tenant)", ["partner_id": "prt_nobody"]).status == 404)
        }
    }

    @Test func `only what can keep a secret gets one, and it is shown once`() async throws {
        try await Server.run { server in
            for (kind, hasSecret) in [("WEB", true), ("SERVICE", true), ("SPA", false), ("NATIVE", false)] {
                let made = try await server.application(["application_type": .string(kind)])
                #expect(made["client_id"]?.text == made.id)
                #expect((made["client_secret"]?.text?.utf8.count ?? 0 >= 43) == hasSecret)
                let listed = await server.call(.get, "/applications/\(made.id)/secrets")
                #expect(listed.json["data"]?.items?.count == (hasSecret ? 1 : 0))
                let rotated = await server.call(.post, "/applications/\(made.id)/rotate-secret")
                #expect(rotated.status == (hasSecret ? 200 : 409))
            }
        }
    }

    @Test func `a rotation swaps at once or overlaps, and the list tells which secret works`() async throws {
        try await Server.run { server in
            let made = try await server.application()
            let path = "/applications/\(made.id)"
            let second = await server.call(.post, "\(path)/rotate-secret", ["overlap_seconds": 60])
            #expect(second.status == 200)
            let secrets = [made["client_secret"]?.text ?? "", second.json["data"]?["client_secret"]?.text ?? ""]
            for secret in secrets { _ = try await server.token(made.id, secret) }
            let listed = await server.call(.get, "\(path)/secrets").json["data"]?.items ?? []
            #expect(listed.map { $0["suffix"]?.text } == secrets.map { String($0.suffix(4)) })
            #expect(listed.map { $0["expires_at"] == .null } == [false, true])
            #expect(listed.allSatisfy { $0["last_used_at"]?.text != nil })
            server.clock.pass(microseconds: 61_000_000)
            let later = await server.call(.get, "\(path)/secrets").json["data"]?.items ?? []
            #expect(later.map { $0["status"]?.text } == ["EXPIRED", "ACTIVE"])
            await #expect(throws: (any Error).self) { _ = try await server.token(made.id, secrets[0]) }
            let third = await server.call(.post, "\(path)/rotate-secret", [:])
            #expect(third.status == 200)
            await #expect(throws: (any Error).self) { _ = try await server.token(made.id, secrets[1]) }
            let bad: [JSON] = [
                ["overlap_seconds": -1], ["overlap_seconds": 2_592_001], ["overlap_seconds": "1"], ["x": 1],
            ]
            for body in bad {
                #expect(await server.call(.post, "\(path)/rotate-secret", body).status == 422)
            }
        }
    }

    @Test func `signing keys are told by their stage, rotated, and revoked`() async throws {
        try await Server.run { server in
            let stages = { () async -> [String] in
                let items = await server.call(.get, "/signing-keys").json["data"]?.items ?? []
                return items.compactMap { $0["status"]?.text }
            }
            #expect(await stages() == ["current", "next"])
            let rotated = await server.call(.post, "/signing-keys/rotate")
            #expect(rotated.status == 200)
            #expect(await stages() == ["retired", "current", "next"])
            let keys = await server.call(.get, "/signing-keys").json["data"]?.items ?? []
            #expect(keys.allSatisfy { $0["jwk"]?["kid"]?.text == $0.id && $0["jwk"]?["d"] == nil })
            #expect(keys[0]["retired_at"]?.text != nil)
            #expect(await server.call(.post, "/signing-keys/snk_nobody/revoke").status == 404)
            // The key that signed our own token: from here on it proves nobody.
            #expect(await server.call(.post, "/signing-keys/\(keys[0].id)/revoke").status == 200)
            #expect(await server.call(.get, "/signing-keys").status == 401)
        }
    }
}
