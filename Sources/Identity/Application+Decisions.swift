package import Wire

extension Application {
    /// - Parameter secret: the first secret of a confidential application, made by the caller.
    package static func register(
        _ changes: Changes<Application>,
        as id: ApplicationID,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let application = changes.applied(to: Application())
        try requireSound(application)
        try authority.require(application.chain)
        try authority.requireGrantable(application.allowedScopes)
        try requireRoom(for: application, facts: facts)
        var data = changes.data(against: nil)
        if data["token_lifetime"] == nil {
            data.append("token_lifetime", .integer(tokenLifetimeSecondsDefault))
        }
        let created = Event(
            .applicationCreated,
            chain: application.chain,
            stream: id.text,
            data: data,
            sealed: changes.notes(of: id)
        )
        guard application.kind.isConfidential, let secret else { return [created] }
        return [created, secret.created(for: id, chain: application.chain)]
    }

    package static func update(
        _ id: ApplicationID,
        _ changes: Changes<Application>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let current = try facts.living(id)
        try authority.require(current.state.chain)
        try current.require(ifVersion)
        let next = changes.applied(to: current.state)
        try requireSound(next)
        if let granted = changes["allowed_scopes"]?.items?.compactMap(\.text) {
            let kept = Set(current.state.allowedScopes.map { Array($0.utf8) })
            try authority.requireGrantable(granted.filter { !kept.contains(Array($0.utf8)) })
        }
        let data = changes.data(against: current.state)
        if data.count == 0 { return [] }
        return [Event(.applicationUpdated, chain: current.state.chain, stream: id.text, data: data)]
    }

    package static func delete(
        _ id: ApplicationID,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let current = try facts.living(id)
        try authority.require(current.state.chain)
        try current.require(ifVersion)
        return [Event(.applicationDeleted, chain: current.state.chain, stream: id.text)]
    }

    /// Rules that hold between fields.
    private static func requireSound(_ application: Application) throws(Rejection) {
        var issues: [FieldIssue] = []
        let require = { (condition: Bool, field: String, message: String) in
            if !condition { issues.append(FieldIssue(["body", field], message, "value_error")) }
        }
        switch application.level {
        case .global:
            require(application.tenantID == nil, "tenant_id", "A GLOBAL application has no tenant")
            require(application.partnerID == nil, "partner_id", "A GLOBAL application has no partner")
        case .partner:
            require(application.tenantID == nil, "tenant_id", "A PARTNER application has no tenant")
            require(application.partnerID != nil, "partner_id", "A PARTNER application needs its partner")
        case .tenant:
            require(application.tenantID != nil, "tenant_id", "A TENANT application needs its tenant")
            require(application.partnerID == nil, "partner_id", "A TENANT application's partner is its tenant's")
        }
        if application.level != .global {
            let platformScopes = application.allowedScopes.contains { $0 == Scope.adminRead || $0 == Scope.adminWrite }
            require(!platformScopes, "allowed_scopes", "admin:read and admin:write are for GLOBAL applications")
        }
        for (position, uri) in application.redirectURIs.enumerated() {
            if let message = RedirectURI.check(uri, native: application.kind == .native) {
                issues.append(FieldIssue(["body", "redirect_uris", String(position)], message, "value_error"))
            }
        }
        let exchange = !application.tokenExchangeAllowed || application.kind.isConfidential
        require(exchange, "token_exchange_allowed", "Token exchange needs an application that keeps a secret")
        if !issues.isEmpty { throw .invalid(issues) }
        try application.requireFits()
    }

    private static func requireRoom(for application: Application, facts: some Facts) throws {
        switch application.chain {
        case .platform:
            return
        case .partner(let id):
            _ = try facts.active(id)
        case .tenant(let id):
            let tenant = try facts.active(id)
            guard let partnerID = tenant.state.partnerID,
                let most = try facts.active(partnerID).state.applicationsPerTenantMax
            else { return }
            let present = try facts.count(Application.self, in: Membership("tenant_id", id.text))
            guard Int64(present) < most else {
                throw Rejection(.limit, "max_applications_reached", "Tenant application limit reached")
            }
        }
    }
}

extension Application {
    /// The data of the application that a new ledger comes with; the same checks hold for it.
    package static func founding(_ body: Members) throws(Rejection) -> Members {
        let changes = try Changes<Application>(body, for: .create)
        try requireSound(changes.applied(to: Application()))
        var data = changes.data(against: nil)
        data["token_lifetime"] = .integer(tokenLifetimeSecondsDefault)
        return data
    }
}
