import Endpoints
import Engine
import EventLog
import OpenID
import Testing
import Wire

/// A tenant's token acts within its tenant, by its own scopes, and nowhere else.
struct ReachTests {
    /// Two tenants of one partner, and a token of the first with everything that a tenant can be given.
    private struct Neighbours {
        let partner: String
        let own: String
        let other: String
        let token: String
        let theirs: String

        init(_ server: Server) async throws {
            partner = try await server.partner()
            own = try await server.tenant("own", of: partner)
            other = try await server.tenant("other", of: partner)
            token = try await server.tenantToken(
                own,
                slug: "own",
                ["tenants:read", "applications:write", "audit:read"]
            )
            theirs = try await server.application([
                "scope": "TENANT", "tenant_id": .string(other), "name": "Neighbour's secret plan",
            ]).id
        }
    }

    @Test func `it reads itself and manages its own applications`() async throws {
        try await Server.run { server in
            let given = try await Neighbours(server)
            #expect(await server.call(.get, "/tenants/\(given.own)", token: given.token).status == 200)
            #expect(await server.call(.get, "/tenants", token: given.token).json.ids == [given.own])
            #expect(await server.call(.get, "/tenants?search=own", token: given.token).json.total == 1)
            #expect(await server.call(.get, "/tenants?search=other", token: given.token).json.total == 0)
            #expect(await server.call(.get, "/tenants?status=suspended", token: given.token).json.total == 0)
            let body: JSON = [
                "name": "Ours", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": .string(given.own),
            ]
            let made = try await server.make("/applications", body, token: given.token)
            let path = "/applications/\(made.id)"
            #expect(await server.call(.patch, path, ["name": "Still ours"], token: given.token).status == 200)
            #expect(await server.call(.get, "\(path)/secrets", token: given.token).status == 200)
            #expect(await server.call(.post, "\(path)/rotate-secret", token: given.token).status == 200)
            let listed = await server.call(.get, "/applications", token: given.token).json.ids
            #expect(listed.contains(made.id) && !listed.contains(given.theirs))
            let own = await server.call(.get, "/applications?tenant_id=\(given.own)", token: given.token)
            #expect(own.json.total == 2)
            #expect(await server.call(.delete, path, token: given.token).status == 204)
            let deleted = await server.call(.get, "/applications?status=deleted", token: given.token)
            #expect(deleted.json.ids == [made.id])
        }
    }

    @Test func `S20 L14 outside of it everything is refused, and each refusal is an entry at home`() async throws {
        try await Server.run { server in
            let given = try await Neighbours(server)
            let trojan: JSON = [
                "name": "Trojan", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": .string(given.other),
            ]
            let up: JSON = ["name": "Up", "application_type": "SERVICE", "scope": "GLOBAL"]
            let aside: JSON = [
                "name": "Aside", "application_type": "SERVICE", "scope": "PARTNER",
                "partner_id": .string(given.partner),
            ]
            let attempts: [(Request.Method, String, JSON?)] = [
                (.get, "/tenants/\(given.other)", nil), (.get, "/applications/\(given.theirs)", nil),
                (.patch, "/applications/\(given.theirs)", ["name": "Mine"]),
                (.delete, "/applications/\(given.theirs)", nil), (.get, "/applications/\(given.theirs)/secrets", nil),
                (.post, "/applications/\(given.theirs)/rotate-secret", nil), (.post, "/applications", trojan),
                (.post, "/applications", up), (.post, "/applications", aside),
                (.patch, "/tenants/\(given.own)", ["name": "Promoted"]), (.delete, "/tenants/\(given.own)", nil),
                (.get, "/partners", nil), (.get, "/partners/\(given.partner)", nil), (.get, "/signing-keys", nil),
                (.post, "/signing-keys/rotate", nil), (.get, "/applications?tenant_id=\(given.other)", nil),
                (.get, "/tenants?partner_id=\(given.partner)", nil), (.get, "/audit?tenant_id=\(given.other)", nil),
                (.get, "/audit?partner_id=\(given.partner)", nil),
            ]
            let headers = [
                "x-tenant-id", "x-muniment-tenant", "x-original-url", "x-forwarded-for", "forwarded", "host",
            ]
            .map { (name: $0, value: given.other) }
            for (method, path, body) in attempts {
                let size = server.instance.status.size
                let answer = await server.call(method, path, body, token: given.token, headers: headers)
                #expect(answer.text == #"403 {"detail":"Access denied"}"#, "\(method.rawValue) \(path)")
                let entry = try #require(try server.entries().last)
                #expect(server.instance.status.size == size + 1)
                #expect(entry.type == "access.denied")
                #expect(entry.chain == given.own, "a refusal counts where the actor is at home")
                #expect(entry.request?.ip == "192.0.2.44", "a header tells no address")
            }
            for path in ["/tenants/tnt_nobody", "/applications/app_nobody", "/audit/999999"] {
                #expect(await server.call(.get, path, token: given.token).status == 404)
            }
        }
    }

    @Test func `each scope opens its own area, and write implies read`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("areas", of: partner)
            for (scope, reads) in [
                ("applications:read", ["/applications"]), ("applications:write", ["/applications"]),
                ("tenants:read", ["/tenants"]), ("audit:read", ["/audit", "/audit/actions"]), ("users:write", []),
            ] {
                let token = try await server.tenantToken(tenant, slug: "areas", [scope])
                for path in ["/applications", "/tenants", "/audit", "/audit/actions", "/partners", "/signing-keys"] {
                    let answer = await server.call(.get, path, token: token)
                    #expect(answer.status == (reads.contains(path) ? 200 : 403), "\(scope) \(path)")
                }
            }
        }
    }

    @Test func `S28 nobody hands on a scope that it does not hold`() async throws {
        try await Server.run { server in
            let given = try await Neighbours(server)
            let body = { (scopes: JSON) -> JSON in
                [
                    "name": "Stronger", "application_type": "SERVICE", "scope": "TENANT",
                    "tenant_id": .string(given.own), "allowed_scopes": scopes,
                ]
            }
            #expect(await server.call(.post, "/applications", body(["users:write"]), token: given.token).status == 403)
            let made = try await server.make("/applications", body(["applications:read"]), token: given.token)
            let more: JSON = ["allowed_scopes": ["applications:read", "groups:write"]]
            #expect(await server.call(.patch, "/applications/\(made.id)", more, token: given.token).status == 403)
        }
    }

    @Test func `S17 suspended anywhere above, a token is refused at once, and stays dead when all is active again`()
        async throws
    {
        try await Server.run { server in
            let given = try await Neighbours(server)
            let made = try await server.tenantApplication(given.own, ["tenants:read"])
            for path in ["/partners/\(given.partner)", "/tenants/\(given.own)", "/applications/\(made.id)"] {
                let token = try await server.token(made, issuer: .tenant(slug: "own"))
                #expect(await server.call(.get, "/tenants", token: token).status == 200)
                _ = await server.call(.patch, path, ["status": "SUSPENDED"])
                #expect(await server.call(.get, "/tenants", token: token).status == 401)
                #expect(await server.call(.patch, path, ["status": "ACTIVE"]).status == 200)
                #expect(await server.call(.get, "/tenants", token: token).status == 401, "\(path)")
            }
            let anew = try await server.token(made, issuer: .tenant(slug: "own"))
            #expect(await server.call(.get, "/tenants", token: anew).status == 200)
            #expect(await server.call(.get, "/tenants", token: given.token).status == 401, "another's of that time")
            // What is no end of anything leaves tokens alone.
            _ = await server.call(.patch, "/tenants/\(given.own)", ["name": "Renamed"])
            _ = await server.call(.patch, "/tenants/\(given.other)", ["status": "SUSPENDED"])
            #expect(await server.call(.get, "/tenants", token: anew).status == 200)
        }
    }

    @Test func `L4 a partner's application reads a tenant no more that has moved away`() async throws {
        try await Server.run { server in
            let (old, new) = (try await server.partner("old"), try await server.partner("new"))
            let tenant = try await server.tenant("mover", of: old)
            let shared = try await server.partnerApplication(old, ["tenants:read"])
            let token = try await server.token(shared, issuer: .tenant(slug: "mover"))
            #expect(await server.call(.get, "/tenants/\(tenant)", token: token).status == 200)
            for partner in [new, old] {
                _ = await server.call(.patch, "/tenants/\(tenant)", ["partner_id": .string(partner)])
                #expect(await server.call(.get, "/tenants/\(tenant)", token: token).status == 401)
            }
            let anew = try await server.token(shared, issuer: .tenant(slug: "mover"))
            #expect(await server.call(.get, "/tenants/\(tenant)", token: anew).status == 200, "it has come back")
        }
    }
}
