import Engine
import Identity
import Wire

// The first day: partners, tenants, applications, and their changes.
extension Session {
    func buildPlatform() async throws -> Platform {
        let msp = try await createPartner(
            [
                "name": "Acme MSP", "slug": "acme-msp", "contact_email": "ops@acme.example", "max_tenants": 5,
                "max_applications_per_tenant": 4,
            ], reason: "Contract 2026-117", idempotencyKey: "a-partner-once")
        let reseller = try await createPartner(["name": "Zoë & Söhne", "slug": "zoe"])
        try await act("partners.update", partnerUpdate(msp, ["name": "Acme Managed Services", "max_tenants": 4]))
        try await act("partners.update", partnerUpdate(reseller, ["contact_email": "zoë@example.com"]))
        var tenants: [TenantID] = []
        for (name, slug) in [("Widget", "widget"), ("Gadget", "gadget"), ("Cafe\u{301} ☕︎ 𝄞", "cafe")] {
            let body: Members = [
                "name": .string(name), "slug": .string(slug), "partner_id": .string(msp.text),
                "contact_email": .string("contact@\(slug).example"),
            ]
            tenants.append(try await createTenant(body))
        }
        try await dress(tenants[0])
        let platform = try await register(msp, reseller, tenants)
        // A transfer: one command, entries in three chains.
        try await act(
            "tenants.update", tenantUpdate(tenants[1], ["partner_id": .string(reseller.text)]),
            reason: "The customer changes its partner")
        return platform
    }

    /// Administrators' own JSON: foreign numbers and a foreign order of members, kept as one text.
    private func dress(_ id: TenantID) async throws {
        try await act(
            "tenants.update",
            tenantUpdate(
                id,
                [
                    "settings": ["theme": "dark", "limits": ["ratio": .decimal("1.50"), "burst": 10], "a": .null],
                    "branding": ["colour": "#0a7", "logo": "https://widget.example/logo.svg"],
                ]))
        try await act("tenants.update", tenantUpdate(id, ["branding": .null, "contact_email": .null]))
    }

    private func register(_ msp: PartnerID, _ reseller: PartnerID, _ tenants: [TenantID]) async throws -> Platform {
        let global = try await createApplication([
            "name": "Provisioner", "description": "Makes tenants", "application_type": "SERVICE", "scope": "GLOBAL",
            "allowed_scopes": ["admin:read", "admin:write", "metrics:read"],
        ])
        let partner = try await createApplication([
            "name": "Partner sync", "application_type": "SERVICE", "scope": "PARTNER", "partner_id": .string(msp.text),
            "allowed_scopes": ["tenants:read", "applications:read"], "token_lifetime": 900,
        ])
        let tenant = try await createApplication([
            "name": "Shop", "application_type": "WEB", "scope": "TENANT", "tenant_id": .string(tenants[0].text),
            "allowed_scopes": ["tenants:read", "applications:write", "orders:read"],
            "redirect_uris": ["https://shop.widget.example/callback"],
        ])
        let spa = try await createApplication([
            "name": "Front", "application_type": "SPA", "scope": "TENANT", "tenant_id": .string(tenants[0].text),
            "redirect_uris": ["https://app.widget.example/"], "allowed_origins": ["https://app.widget.example"],
        ])
        try await updateApplication(tenant.id, ["description": "Where customers order", "token_lifetime": 1_800])
        return Platform(
            msp: msp, reseller: reseller, tenants: tenants, global: global, partner: partner, tenant: tenant, spa: spa)
    }

    /// The last day: applications, tenants and partners go.
    ///
    /// - Returns: the data key of a deleted tenant's notes.
    func takeDown(_ platform: Platform) async throws -> String {
        try await signIn(Client(id: ground.founded.client, secret: ground.founded.clientSecret))
        let spa = platform.spa.id
        let one = Change<Application>(spa) {
            try Application.delete(spa, ifVersion: nil, by: $0.caller.authority, facts: $0.facts)
        }
        try await act("applications.delete", one)
        let gone = platform.tenants[0]
        let tenant = Change<Tenant>(gone) {
            try Tenant.delete(gone, cascade: true, ifVersion: nil, by: $0.caller.authority, facts: $0.facts)
        }
        try await act("tenants.delete", tenant)
        let reseller = platform.reseller
        let partner = Change<Partner>(reseller, isBulk: true) {
            try Partner.delete(reseller, cascade: true, ifVersion: nil, by: $0.caller.authority, facts: $0.facts)
        }
        try await act("partners.delete", partner, reason: "Contract ended")
        return gone.text + "/notes"
    }
}
