import Endpoints
import Engine
import Identity
import OpenID
import Storage
import Testing
import Wire

/// A tenant's own endpoints: what they tell of it, and that they are gone with whatever it stands in.
struct TenantIssuerTests {
    /// A partner with one tenant, which has one application.
    private struct Tenancy {
        static let slug = "lodger"
        static let tenantPath = "/api/v1/auth/tenants/\(slug)"

        let provider: Provider
        let partner: PartnerID
        let tenant: TenantID
        let client: ApplicationID
        let secret: String

        init(seed: UInt64) async throws {
            provider = try await Provider(seed: seed)
            let world = provider.instance.world
            partner = PartnerID(random: world.random(PartnerID.randomBytes))
            tenant = TenantID(random: world.random(TenantID.randomBytes))
            client = ApplicationID(random: world.random(ApplicationID.randomBytes))
            let made = ClientSecret(random: world.random, macKey: provider.instance.macKey)
            secret = made.text
            try await register(partner, ["name": "P", "slug": "host"])
            try await register(
                tenant,
                ["name": "T", "partner_id": .string(partner.text), "slug": .string(Self.slug)]
            )
            let application: Members = [
                "allowed_scopes": ["tenants:read"], "application_type": "SERVICE", "name": "A", "scope": "TENANT",
                "tenant_id": .string(tenant.text),
            ]
            try await register(client, application, secret: made.new)
        }

        private func register<R: ManagedResource>(
            _ id: Identifier<R>,
            _ body: Members,
            secret: Secret.New? = nil,
        ) async throws {
            let changes = try Changes<R>(body, for: .create)
            let command = Change<R>(id) { context in
                try R.register(changes, as: id, secret: secret, by: context.authority, facts: context.facts)
            }
            _ = try await provider.instance.perform(command, by: .system)
        }

        func suspend<R: ManagedResource>(_ id: Identifier<R>) async throws {
            let changes = try Changes<R>(["status": "SUSPENDED"], for: .update)
            let command = Change<R>(id) { context in
                try R.update(id, changes, ifVersion: nil, by: context.authority, facts: context.facts)
            }
            _ = try await provider.instance.perform(command, by: .system)
        }

        func delete<R: ManagedResource>(_ id: Identifier<R>) async throws {
            let command = Change<R>(id) { context in
                try R.delete(id, cascade: true, ifVersion: nil, by: context.authority, facts: context.facts)
            }
            _ = try await provider.instance.perform(command, by: .system)
        }

        /// Where anybody reads of the tenant.
        var published: [String] {
            let issuer = "/tenants/\(tenant)"
            return [
                "\(issuer)/.well-known/openid-configuration", "\(issuer)/.well-known/oauth-authorization-server",
                "/.well-known/openid-configuration\(issuer)", "/.well-known/oauth-authorization-server\(issuer)",
                "\(Self.tenantPath)/.well-known/openid-configuration", "\(Self.tenantPath)/.well-known/jwks.json",
            ]
        }

        func statuses() async -> Set<Int> {
            var found: Set<Int> = []
            for path in published { found.insert(await provider.get(path).status) }
            return found
        }

        func ask(_ path: String, _ form: String) async -> Response {
            await provider.post(path, form, basic: (client.text, secret))
        }
    }

    private static let grant = "grant_type=client_credentials"

    @Test func `a tenant's document is the same at each address, with the scopes that its tokens need`() async throws {
        let tenancy = try await Tenancy(seed: 71)
        let documents = tenancy.published.filter { !$0.hasSuffix("jwks.json") }
        for path in documents {
            let document = await tenancy.provider.get(path).json
            #expect(document["issuer"]?.text == "\(Provider.baseURL)/tenants/\(tenancy.tenant)", "\(path)")
            #expect(document["scopes_supported"] == .array(Provider.tenantScopes.map(JSON.string)), "\(path)")
            let keys = try #require(document["jwks_uri"]?.text)
            #expect(await tenancy.provider.get(String(keys.dropFirst(Provider.baseURL.count))).status == 200)
        }
        try await tenancy.provider.instance.close()
    }

    @Test(arguments: ["tenant", "partner"])
    func `what is suspended is still told of, and issues nothing`(what: String) async throws {
        let tenancy = try await Tenancy(seed: 72)
        let (tokens, introspect) = ("\(Tenancy.tenantPath)/oauth/token", "\(Tenancy.tenantPath)/oauth/introspect")
        let token = try #require(await tenancy.ask(tokens, Self.grant).json["access_token"]?.text)
        #expect(await tenancy.ask(introspect, "token=\(token)").json["active"] == true)
        if what == "tenant" {
            try await tenancy.suspend(tenancy.tenant)
        } else {
            try await tenancy.suspend(tenancy.partner)
        }
        #expect(await tenancy.statuses() == [200])
        let refused = await tenancy.ask(tokens, Self.grant)
        #expect(refused.status == 400 && refused.json["error"] == "unauthorized_client")
        #expect(await tenancy.ask(introspect, "token=\(token)").body == Array(#"{"active":false}"#.utf8))
        try await tenancy.provider.instance.close()
    }

    @Test(arguments: ["tenant", "partner"])
    func `what is deleted, or stands in it, is unknown at each address, and its clients are nobody`(
        what: String
    ) async throws {
        let tenancy = try await Tenancy(seed: 73)
        #expect(await tenancy.statuses() == [200])
        let token = try #require(await tenancy.ask("/oauth/token", Self.grant).json["access_token"]?.text)
        if what == "tenant" {
            try await tenancy.delete(tenancy.tenant)
        } else {
            try await tenancy.delete(tenancy.partner)
        }
        #expect(await tenancy.statuses() == [404])
        for prefix in ["/oauth", "\(Tenancy.tenantPath)/oauth"] {
            for (path, form) in [("token", Self.grant), ("introspect", "token=x"), ("revoke", "token=x")] {
                let answer = await tenancy.ask("\(prefix)/\(path)", form)
                #expect(answer.status == 401 && answer.json["error"] == "invalid_client", "\(prefix)/\(path)")
            }
        }
        let caller = try tenancy.provider.instance.authenticate(
            token,
            baseURL: try BaseURL(Provider.baseURL),
            request: Caller.Request(id: "req_1", endpoint: "tenants.get")
        )
        #expect(throws: Refusal.rejected(.unprovenToken)) {
            try tenancy.provider.instance.read(by: caller) { _, judge in judge.authority.places.count }
        }
        try await tenancy.provider.instance.close()
    }
}
