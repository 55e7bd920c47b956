import Endpoints
import Testing
import Wire

// The first day: partners, tenants, applications, and their changes.
extension Session {
    func buildPlatform() async throws -> Platform {
        let partner: JSON = [
            "name": "Acme MSP", "slug": "acme-msp", "contact_email": "ops@acme.example", "max_tenants": 5,
            "max_applications_per_tenant": 4,
        ]
        let once = [(name: "idempotency-key", value: "a-partner-once")]
        let msp = try await create("/partners", partner, reason: "Contract%202026-117", headers: once)
        // The client did not hear the answer and asks again: it gets the same one, and nothing is made.
        _ = try await create("/partners", partner, reason: "Contract%202026-117", headers: once)
        let reseller = try await create("/partners", ["name": "Zoë & Söhne", "slug": "zoe"])
        try await admin(.patch, "/partners/\(msp)", ["name": "Acme Managed Services", "max_tenants": 4])
        try await admin(.patch, "/partners/\(reseller)", ["contact_email": "zoë@example.com"])
        var tenants: [String] = []
        for (name, slug) in [("Widget", "widget"), ("Gadget", "gadget"), ("Cafe\u{301} ☕︎ 𝄞", "cafe")] {
            let body: JSON = [
                "name": .string(name), "slug": .string(slug), "partner_id": .string(msp),
                "contact_email": .string("contact@\(slug).example"),
            ]
            tenants.append(try await create("/tenants", body))
        }
        try await dress(tenants[0])
        let platform = try await register(msp, reseller, tenants)
        // A transfer: one command, entries in three chains.
        try await admin(
            .patch,
            "/tenants/\(tenants[1])",
            ["partner_id": .string(reseller)],
            reason: "The%20customer%20changes%20its%20partner"
        )
        return platform
    }

    /// Administrators' own JSON: foreign numbers and a foreign order of members, kept as one text.
    private func dress(_ id: String) async throws {
        let dressed: JSON = [
            "settings": ["theme": "dark", "limits": ["ratio": .decimal("1.50"), "burst": 10], "a": .null],
            "branding": ["colour": "#0a7", "logo": "https://widget.example/logo.svg"],
        ]
        try await admin(.patch, "/tenants/\(id)", dressed)
        try await admin(.patch, "/tenants/\(id)", ["branding": .null, "contact_email": .null])
    }

    private func register(_ msp: String, _ reseller: String, _ tenants: [String]) async throws -> Platform {
        let global = try await createApplication([
            "name": "Provisioner", "description": "Makes tenants", "application_type": "SERVICE", "scope": "GLOBAL",
            "allowed_scopes": ["admin:read", "admin:write", "metrics:read"],
        ])
        let partner = try await createApplication([
            "name": "Partner sync", "application_type": "SERVICE", "scope": "PARTNER", "partner_id": .string(msp),
            "allowed_scopes": ["tenants:read", "applications:read"], "token_lifetime": 900,
        ])
        let tenant = try await createApplication([
            "name": "Shop", "application_type": "WEB", "scope": "TENANT", "tenant_id": .string(tenants[0]),
            "allowed_scopes": ["tenants:read", "applications:write", "orders:read"],
            "redirect_uris": ["https://shop.widget.example/callback"],
        ])
        let spa = try await createApplication([
            "name": "Front", "application_type": "SPA", "scope": "TENANT", "tenant_id": .string(tenants[0]),
            "redirect_uris": ["https://app.widget.example/"], "allowed_origins": ["https://app.widget.example"],
        ])
        try await admin(
            .patch,
            "/applications/\(tenant.id)",
            ["description": "Where customers order", "token_lifetime": 1_800]
        )
        return Platform(
            msp: msp,
            reseller: reseller,
            tenants: tenants,
            global: global,
            partner: partner,
            tenant: tenant,
            spa: spa
        )
    }

    /// The last day: applications, tenants and partners go.
    ///
    /// - Returns: the data key of a deleted tenant's notes.
    func takeDown(_ platform: Platform) async throws -> String {
        try await signIn(ground.service)
        try await admin(.delete, "/applications/\(platform.spa.id)", status: 204)
        try await admin(.delete, "/tenants/\(platform.tenants[0])", query: "cascade=true", status: 204)
        try await admin(
            .delete,
            "/partners/\(platform.reseller)",
            query: "cascade=true",
            reason: "Contract%20ended",
            status: 204
        )
        return platform.tenants[0] + "/notes"
    }
}
