package import Wire

extension Application {
    package static func place(of new: Application) throws(Rejection) -> Place {
        if let tenant = new.tenantID { return .tenant(tenant) }
        if let partner = new.partnerID { return .partner(partner) }
        return .platform
    }

    package static func requireSound(_ application: Application) throws(Rejection) {
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
            if let message = RedirectURI.check(uri, native: application.type == .native) {
                issues.append(FieldIssue(["body", "redirect_uris", String(position)], message, "value_error"))
            }
        }
        let exchange = !application.tokenExchangeAllowed || application.type.isConfidential
        require(exchange, "token_exchange_allowed", "Token exchange needs an application that keeps a secret")
        if !issues.isEmpty { throw .invalid(issues) }
    }

    package static func requireQuota(in place: Place, _ facts: some Facts) throws {
        guard case .tenant(let id) = place, let partner = try facts.partner(of: id),
            let most = try facts.active(partner).state.applicationsPerTenantMax
        else { return }
        guard Int64(try facts.count(Application.self, in: place)) < most else {
            throw Rejection(.limit, "max_applications_reached", "Tenant application limit reached")
        }
    }

    /// Whoever sends an application's answers elsewhere, or lets its tokens live on, makes them usable as well.
    package static func makesUsable(
        _ next: Application,
        from current: Application,
        by changes: Changes<Application>,
    ) -> Bool {
        let isStarted = current.status != .active && next.status == .active
        let known = Set(current.redirectURIs.map { Array($0.utf8) })
        let isMoved = next.redirectURIs.contains { !known.contains(Array($0.utf8)) }
        let isProlonged =
            next.tokenLifetimeSeconds ?? tokenLifetimeSecondsDefault
            > current.tokenLifetimeSeconds ?? tokenLifetimeSecondsDefault
        return isStarted || isMoved || isProlonged || next.tokenExchangeAllowed && !current.tokenExchangeAllowed
    }

    /// Whoever may let an application in must see what it is.
    package static let shownBelow: [any PartialKeyPath<Application> & Sendable] = [
        \Application.name, \Application.description, \Application.type, \Application.level, \Application.status,
        \Application.allowedScopes,
    ]

    package static func clientID(_ id: ApplicationID) -> ClientID { .application(id) }

    package var tokenTerms: TokenTerms {
        var terms = TokenTerms(
            scopes: allowedScopes,
            lifetimeSeconds: tokenLifetimeSeconds,
            claims: .application(level)
        )
        terms.isConfidential = type.isConfidential
        terms.audiences = tokenAudiences
        terms.typ = tokenTyp
        return terms
    }

    package static func comesWithSecret(_ changes: Changes<Application>) -> Bool {
        changes[\.type]?.text.flatMap { ApplicationType(rawValue: $0) }?.isConfidential ?? false
    }
}

extension Application {
    /// The data of the application that a new ledger comes with; the same checks hold for it.
    package static func founding(_ body: Members) throws(Rejection) -> Members {
        let changes = try Changes<Application>(body, for: .create)
        let new = changes.applied(to: Application())
        try requireSound(new)
        return changes.data(creating: new)
    }
}
