import Identity
import Testing
import Wire

/// What each command makes of each state: events, or a refusal by its code.
struct DecisionTests {
    static let platform = Authority([Scope.adminWrite], at: .platform)
    static let acme = PartnerID.named("acme")
    static let ajax = PartnerID.named("ajax")
    static let widget = TenantID.named("widget")

    /// A partner that may have two tenants, a second one without limits, and a tenant of the first.
    static func facts() -> FactsTable {
        let facts = FactsTable()
        var partner = Partner()
        partner.slug = "acme"
        partner.tenantsMax = 2
        partner.applicationsPerTenantMax = 1
        facts.set(acme, partner)
        facts.set(ajax, Partner())
        var tenant = Tenant()
        tenant.name = "Widget"
        tenant.slug = "widget"
        tenant.partnerID = acme
        facts.set(widget, tenant, version: 3)
        facts.reserve("widget", for: widget)
        facts.reserve("acme", for: acme)
        return facts
    }

    static func code(_ body: () throws -> [Event]) -> String {
        do {
            return try body().map(\.type.text).joined(separator: " ")
        } catch let rejection as Rejection {
            return rejection.code
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            (["name": "New", "slug": "new", "partner_id": "prt_acme"], "tenant.created partner.tenant_added"),
            (["name": "New", "slug": "widget", "partner_id": "prt_acme"], "slug_taken"),
            (["name": "New", "slug": "new", "partner_id": "prt_nobody"], "not_found"),
        ] as [(Members, String)]
    )
    func `a tenant is registered under a partner that may have more`(body: Members, expected: String) throws {
        let changes = try Changes<Tenant>(body, for: .create)
        let outcome = Self.code {
            try Tenant.register(changes, as: .named("new"), secret: nil, by: Self.platform, facts: Self.facts())
        }
        #expect(outcome == expected)
    }

    @Test(arguments: [(6_000, "tenant.created partner.tenant_added"), (16_376, "invalid_request")])
    func `a tenant is refused when all of it together is too large`(letters: Int, expected: String) throws {
        let long: JSON = ["a": .string(String(repeating: "x", count: letters))]
        let body: Members = [
            "name": .string(String(repeating: "n", count: 100)), "slug": "new", "partner_id": "prt_acme",
            "settings": long, "branding": long,
        ]
        let changes = try Changes<Tenant>(body, for: .create)
        let outcome = Self.code {
            try Tenant.register(changes, as: .named("new"), secret: nil, by: Self.platform, facts: Self.facts())
        }
        #expect(outcome == expected)
    }

    @Test func `a partner's limit holds at its last place`() throws {
        let facts = Self.facts()
        var tenant = Tenant()
        tenant.partnerID = Self.acme
        facts.set(TenantID.named("second"), tenant)
        let changes = try Changes<Tenant>(["name": "x", "slug": "x", "partner_id": "prt_acme"], for: .create)
        #expect(
            Self.code { try Tenant.register(changes, as: .named("x"), secret: nil, by: Self.platform, facts: facts) }
                == "max_tenants_reached"
        )
    }

    @Test func `a suspended partner takes no tenants`() throws {
        let facts = Self.facts()
        var partner = Partner()
        partner.status = .suspended
        facts.set(Self.ajax, partner)
        let changes = try Changes<Tenant>(["partner_id": "prt_ajax"], for: .update)
        #expect(
            Self.code {
                try Tenant.update(Self.widget, changes, ifVersion: nil, by: Self.platform, facts: facts)
            } == "partner_suspended"
        )
    }

    @Test(
        arguments: [
            (["name": "Widgets"], nil, "tenant.updated"),
            (["name": "Widget"], nil, ""),
            (["name": "Widgets"], 3, "tenant.updated"),
            (["name": "Widgets"], 2, "version_moved"),
            (["slug": "acme"], nil, "tenant.updated"),
            (["partner_id": "prt_acme"], nil, ""),
            (["partner_id": "prt_ajax"], nil, "partner.tenant_removed tenant.transferred partner.tenant_added"),
            (
                ["name": "Moved", "partner_id": "prt_ajax"], nil,
                "tenant.updated partner.tenant_removed tenant.transferred partner.tenant_added"
            ),
        ] as [(Members, UInt64?, String)]
    )
    func `a patch writes what differs, and a transfer is one batch`(
        body: Members,
        version: UInt64?,
        expected: String,
    ) throws {
        let changes = try Changes<Tenant>(body, for: .update)
        let outcome = Self.code {
            try Tenant.update(Self.widget, changes, ifVersion: version, by: Self.platform, facts: Self.facts())
        }
        #expect(outcome == expected)
    }

    @Test func `a tenant token writes no tenant`() throws {
        let changes = try Changes<Tenant>(["name": "x"], for: .update)
        let own = Authority(["tenants:write"], at: .tenant(Self.widget))
        #expect(
            Self.code { try Tenant.update(Self.widget, changes, ifVersion: nil, by: own, facts: Self.facts()) }
                == "access_denied"
        )
    }

    @Test(
        arguments: [
            (
                ["name": "Job", "application_type": "SERVICE", "scope": "GLOBAL", "allowed_scopes": ["admin:read"]],
                "application.created"
            ),
            (
                ["name": "Job", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "tnt_widget"],
                "application.created"
            ),
            (["name": "Job", "application_type": "SERVICE", "scope": "TENANT"], "invalid_request"),
            (
                ["name": "Job", "application_type": "SERVICE", "scope": "PARTNER", "tenant_id": "tnt_widget"],
                "invalid_request"
            ),
            (
                ["name": "Job", "application_type": "SERVICE", "scope": "GLOBAL", "tenant_id": "tnt_widget"],
                "invalid_request"
            ),
            (
                [
                    "name": "Job", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "tnt_widget",
                    "allowed_scopes": ["admin:read"],
                ], "invalid_request"
            ),
            (
                ["name": "Page", "application_type": "SPA", "scope": "GLOBAL", "token_exchange_allowed": true],
                "invalid_request"
            ),
            (
                ["name": "Page", "application_type": "SPA", "scope": "GLOBAL", "redirect_uris": ["http://localhost/"]],
                "invalid_request"
            ),
            (
                ["name": "Job", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "tnt_nobody"],
                "not_found"
            ),
        ] as [(Members, String)]
    )
    func `an application stands where its scope says`(body: Members, expected: String) throws {
        let changes = try Changes<Application>(body, for: .create)
        let outcome = Self.code {
            try Application.register(
                changes,
                as: .named("job"),
                secret: nil,
                by: Self.platform,
                facts: Self.facts()
            )
        }
        #expect(outcome == expected)
    }

    @Test func `S28 nobody hands on a management scope that it does not hold`() throws {
        let own = Authority(["applications:write"], at: .tenant(Self.widget))
        let body: Members = [
            "name": "Job", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "tnt_widget",
            "allowed_scopes": ["users:write"],
        ]
        let changes = try Changes<Application>(body, for: .create)
        #expect(
            Self.code {
                try Application.register(changes, as: .named("job"), secret: nil, by: own, facts: Self.facts())
            } == "access_denied"
        )
    }

    @Test func `S20 a tenant's token reaches no other tenant, whatever the body says`() throws {
        let other = Authority(["applications:write"], at: .tenant(.named("other")))
        let body: Members = [
            "name": "Job", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "tnt_widget",
        ]
        let changes = try Changes<Application>(body, for: .create)
        #expect(
            Self.code {
                try Application.register(changes, as: .named("job"), secret: nil, by: other, facts: Self.facts())
            } == "access_denied"
        )
    }

    @Test func `a partner with tenants is deleted only by cascade, and then by one entry`() throws {
        let facts = Self.facts()
        let delete = { (cascade: Bool) in
            try Partner.delete(Self.acme, cascade: cascade, ifVersion: nil, by: Self.platform, facts: facts)
        }
        let refused = #expect(throws: Rejection.self) { try delete(false) }
        #expect(refused?.code == "partner_not_empty")
        #expect(refused?.detail == "Partner has 1 tenant; delete them first or send cascade=true")
        let events = try delete(true)
        #expect(events.map(\.type) == [Partner.entry(.deleted)])
        #expect(events.map(\.stream) == ["prt_acme"])
        #expect(events.map(\.chain) == [.partner(Self.acme)])
    }

    @Test func `an empty place is deleted without cascade, and what is only part of a thing does not fill it`() throws {
        let facts = Self.facts()
        facts.set(SecretID.named("loose"), Secret(), in: .tenant(Self.widget))
        #expect(
            Self.code {
                try Tenant.delete(Self.widget, cascade: false, ifVersion: 3, by: Self.platform, facts: facts)
            } == "tenant.deleted"
        )
        facts.set(UserID.named("someone"), User(), in: .tenant(Self.widget))
        facts.set(ApplicationID.named("one"), Self.job(), in: .tenant(Self.widget))
        facts.set(ApplicationID.named("two"), Self.job(), in: .tenant(Self.widget))
        let refused = #expect(throws: Rejection.self) {
            try Tenant.delete(Self.widget, cascade: false, ifVersion: 3, by: Self.platform, facts: facts)
        }
        #expect(
            refused?.detail == "Tenant has 2 applications and 1 user; delete them first or send cascade=true"
        )
    }

    /// Nothing of what stands below has an entry of its own: its path alone says that it is gone.
    @Test(arguments: ["partner", "tenant"])
    func `what stands below a deleted place is gone, and back with it`(noun: String) throws {
        let facts = Self.facts()
        let job = ApplicationID.named("job")
        facts.set(job, Self.job(), in: .tenant(Self.widget))
        let rename = { () throws -> [Event] in
            let changes = try Changes<Application>(["name": "Renamed"], for: .update)
            return try Application.update(job, changes, ifVersion: nil, by: Self.platform, facts: facts)
        }
        let delete = { () throws -> [Event] in
            try Application.delete(job, cascade: true, ifVersion: nil, by: Self.platform, facts: facts)
        }
        for (status, outcome) in [
            (Status.active, "application.updated"), (.suspended, "application.updated"), (.deleted, "not_found"),
            (.active, "application.updated"),
        ] {
            facts.change(noun == "partner" ? .partner(Self.acme) : .tenant(Self.widget), to: status)
            #expect(Self.code(rename) == outcome)
            #expect(Self.code(delete) == (status == .deleted ? outcome : "application.deleted"))
            #expect(try facts.lives(.tenant(Self.widget)) == (status != .deleted))
            #expect(try facts.isActive(.tenant(Self.widget)) == (status == .active))
            #expect(try facts.resource(job)?.state.status == .active)
        }
    }

    /// An application of the tenant.
    private static func job() -> Application {
        var application = Application()
        application.tenantID = widget
        return application
    }

    @Test func `rotating a secret ends the old one at once, or when its overlap is over`() throws {
        let facts = Self.facts()
        let app = ApplicationID.named("job")
        facts.set(app, Application())
        var secret = Secret()
        secret.applicationID = app
        facts.set(SecretID.named("old"), secret)
        let new = Secret.New(id: .named("new"), key: "hk_1", mac: "m", suffix: "abcd")
        let now = Instant(seconds: 1_790_000_000)
        #expect(
            Self.code {
                try Secret.rotate(of: app, to: new, overlapSeconds: 0, now: now, by: Self.platform, facts: facts)
            } == "secret.created secret.retired"
        )
        let overlapping = try Secret.rotate(
            of: app,
            to: new,
            overlapSeconds: 60,
            now: now,
            by: Self.platform,
            facts: facts
        )
        #expect(overlapping.map(\.type) == [Secret.entry(.created), Secret.entry(.updated)])
        #expect(overlapping.last?.data["expires_at"]?.text == now.adding(seconds: 60).text)
    }

    @Test(
        arguments: [
            (["applications:write"], ["audit:read"], "access_denied"),
            (["applications:write", "audit:read"], ["audit:read"], "secret.created"),
            (["applications:write"], ["orders:read"], "secret.created"),
        ] as [([String], [String], String)]
    )
    func `S28 nobody takes over a management scope by rotating the secret of whoever holds it`(
        held: [String],
        allowed: [String],
        expected: String,
    ) {
        let facts = Self.facts()
        var application = Application()
        application.level = .tenant
        application.tenantID = Self.widget
        application.allowedScopes = allowed
        facts.set(ApplicationID.named("auditor"), application, in: .tenant(Self.widget))
        let outcome = Self.code {
            try Secret.rotate(
                of: ApplicationID.named("auditor"),
                to: Secret.New(id: .named("new"), key: "hk_1", mac: "m", suffix: "abcd"),
                overlapSeconds: 0,
                now: Instant(seconds: 1_790_000_000),
                by: Authority(held, at: .tenant(Self.widget)),
                facts: facts
            )
        }
        #expect(outcome == expected)
    }
}
