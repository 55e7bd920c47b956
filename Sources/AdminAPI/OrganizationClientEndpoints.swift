import Endpoints
import Engine
import Identity
import Views
import Wire

/// The clients of an organization, as Scalekit's contract has them administered.
struct OrganizationClientEndpoints: Sendable {
    let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    private static let clients = "/organizations/{organization_id}/clients"
    private static let one = clients + "/{client_id}"
    private static let secrets = one + "/secrets"

    var all: [Endpoint] {
        let (reads, writes) = (Permission.reads(OrganizationClient.self), Permission.writes(OrganizationClient.self))
        return [
            .scalekit(.get, Self.clients, reads, "List the clients of an organization", list),
            .scalekit(.post, Self.clients, writes, "Register a client of an organization", create),
            .scalekit(.get, Self.one, reads, "Read a client of an organization", read),
            .scalekit(.patch, Self.one, writes, "Change what is given of a client of an organization", update),
            .scalekit(.delete, Self.one, writes, "Delete a client of an organization", delete),
            .scalekit(.post, Self.secrets, writes, "Add a secret beside those of a client", add),
            .scalekit(.delete, Self.secrets + "/{secret_id}", writes, "Remove one of a client's secrets", remove),
        ]
    }

    // MARK: What they take and give

    private static let pathParameters: [Endpoint.Parameter] = [
        .init("organization_id", in: .path, "The organization, which is a tenant", identifierSchema(Tenant.prefix)),
        .init("client_id", in: .path, "", .string(maxLength: 32, pattern: "^m2morg_[0-9]+$")),
        .init("secret_id", in: .path, "", .string(maxLength: 32, pattern: "^sks_[0-9]+$")),
    ]

    private func operation(
        _ verb: String,
        parameters: [Endpoint.Parameter] = [],
        body: BodyRule = .none,
        isBrief: Bool = true,
        _ replies: Endpoint.Reply...,
        run: @escaping Operation.Run,
    ) -> Operation {
        Operation(
            admin,
            "organization_clients." + verb,
            on: .scalekit,
            parameters: Self.pathParameters + parameters,
            body: body,
            replies: replies,
            isBrief: isBrief,
            run: run
        )
    }

    private var list: Operation {
        operation(
            "list",
            parameters: PageRequest.parameters,
            isBrief: false,
            .init(200, "A page, in the order of their creation", .named(ClientMessage.listName)),
            run: showPage
        )
    }

    private var create: Operation {
        operation(
            "create",
            body: .required(.named(ClientMessage.requestName)),
            .init(201, "Registered, with its first secret", .named(ClientMessage.createdName)),
            run: register
        )
    }

    private var read: Operation {
        operation(
            "read",
            parameters: [.ifNoneMatch],
            .init(200, "Found", .named(ClientMessage.shownName)),
            .notModified,
            run: show
        )
    }

    private var update: Operation {
        operation(
            "update",
            body: .required(.named(ClientMessage.requestName)),
            .init(200, "Changed", .named(ClientMessage.shownName)),
            run: change
        )
    }

    private var delete: Operation { operation("delete", .init(200, "Deleted", .object([])), run: end) }

    private var add: Operation {
        operation(
            "add_secret",
            .init(201, "Added", .named(ClientMessage.secretName)),
            run: addSecret
        )
    }

    private var remove: Operation {
        operation("remove_secret", .init(200, "Removed", .object([])), run: removeSecret)
    }

    // MARK: What they do

    private func showPage(_ call: Call) async throws(Refusal) -> Answer {
        let organization = try call.organization
        let request = try PageRequest(call, list: organization.text)
        let now = admin.instance.world.wall()
        let sight = try await call.answering(for: organization.text) { () throws(Refusal) in
            try admin.instance.read(at: request.asOf, by: call.caller) { reader, judge in
                try reader.requireOrganization(organization)
                try judge.requireReach(of: organization)
                var query = ListQuery(.tenant(organization))
                (query.skipped, query.perPage) = (request.offset, request.size)
                let page = try reader.list(OrganizationClient.self, query)
                let clients = try page.items.map {
                    ClientMessage.json(try ClientWithSecrets($0, reader), at: call.time ?? now)
                }
                return (clients, page.total)
            }
        }
        try await call.record(OrganizationClient.entry(.listed), chain: .tenant(organization))
        let (clients, total) = sight.value
        let tokens = request.neighbours(total: total, asOf: request.asOf ?? sight.index)
        let page: JSON = [
            "next_page_token": .string(tokens.next), "total_size": .integer(Int64(total)),
            "clients": .array(clients), "prev_page_token": .string(tokens.previous),
        ]
        return .one(Item(page), at: sight.index)
    }

    private func register(_ call: Call) async throws(Refusal) -> Answer {
        let changes = try changes(call, for: .create)
        let organization = try call.organization
        let id = OrganizationClientID(numberedBy: admin.instance.world.random(OrganizationClientID.numberBytes))
        let secret = admin.newOrganizationSecret()
        let change = ChangeClient<OrganizationClient>(id) { context in
            try context.requireOrganization(organization)
            try OrganizationClient.requireTokens(context.facts)
            return try OrganizationClient.register(
                changes,
                as: id,
                secret: secret.new,
                by: context.authority,
                facts: context.facts
            )
        }
        let now = admin.instance.world.wall()
        return try await call.write(change) { told, index in
            let made: JSON = ["client": ClientMessage.json(told, at: now), "plain_secret": .string(secret.text)]
            return .one(Item(made), version: told.client.version, isNew: true, at: index)
        }
    }

    private func show(_ call: Call) async throws(Refusal) -> Answer {
        let (organization, id) = (try call.organization, try call.organizationClient)
        let now = call.time ?? admin.instance.world.wall()
        let sight = try await call.read(for: id.text) { reader, judge in
            try reader.requireOrganization(organization)
            try judge.requireReach(of: organization)
            return try ClientWithSecrets(try reader.client(id, of: organization), reader)
        }
        try await call.record(OrganizationClient.entry(.read), chain: .tenant(organization), stream: id.text)
        return Self.answer(sight.value, at: now, sight.index)
    }

    private func change(_ call: Call) async throws(Refusal) -> Answer {
        let changes = try changes(call, for: .update)
        let (organization, id) = (try call.organization, try call.organizationClient)
        let conditions = call.conditions
        let change = ChangeClient<OrganizationClient>(id) { context in
            try context.requireOrganization(organization)
            let current = try context.facts.client(id, of: organization)
            let events = try OrganizationClient.update(
                id,
                changes,
                ifVersion: conditions.expected(at: current.version),
                by: context.authority,
                facts: context.facts
            )
            // Nothing changes, but the answer tells how it stands: that is a read.
            return events.isEmpty ? [OrganizationClient.event(.read, id, in: current.chain)] : events
        }
        let now = admin.instance.world.wall()
        return try await call.write(change) { Self.answer($0, at: now, $1) }
    }

    private func end(_ call: Call) async throws(Refusal) -> Answer {
        let (organization, id) = (try call.organization, try call.organizationClient)
        let conditions = call.conditions
        let deletion = Change<OrganizationClient>(id) { context in
            try context.requireOrganization(organization)
            let current = try context.facts.client(id, of: organization)
            return try OrganizationClient.delete(
                id,
                cascade: false,
                ifVersion: conditions.expected(at: current.version),
                by: context.authority,
                facts: context.facts
            )
        }
        return try await call.write(deletion) { _, index in .done(at: index) }
    }

    private func addSecret(_ call: Call) async throws(Refusal) -> Answer {
        let (organization, id) = (try call.organization, try call.organizationClient)
        let secret = admin.newOrganizationSecret()
        let command = AddClientSecret(client: id, secret: secret) { context in
            try context.requireOrganization(organization)
            _ = try context.facts.client(id, of: organization)
        }
        let now = admin.instance.world.wall()
        return try await call.write(command) { added, index in
            let made: JSON = [
                "plain_secret": .string(secret.text), "secret": ClientMessage.json(added, nil, at: now),
            ]
            return .one(Item(made), isNew: true, at: index)
        }
    }

    private func removeSecret(_ call: Call) async throws(Refusal) -> Answer {
        let (organization, id) = (try call.organization, try call.organizationClient)
        let secret = try call.id("secret_id", of: Secret.self)
        let command = RemoveClientSecret(secret, of: id) { context in
            try context.requireOrganization(organization)
            _ = try context.facts.client(id, of: organization)
        }
        return try await call.write(command) { _, index in .done(at: index) }
    }

    private static func answer(
        _ told: ClientWithSecrets<OrganizationClient>,
        at now: Instant,
        _ index: UInt64,
    ) -> Answer {
        .one(Item(["client": ClientMessage.json(told, at: now)]), version: told.client.version, at: index)
    }

    /// What the body asks for; whether there is such an organization is asked later (decision 25 of the contract).
    private func changes(
        _ call: Call,
        for purpose: Changes<OrganizationClient>.Purpose,
    ) throws(Refusal) -> Changes<OrganizationClient> {
        do throws(Rejection) {
            var fields = try ClientMessage.fields(of: call.body)
            if purpose == .create { fields["tenant_id"] = .string(call.path["organization_id"]) }
            return try Changes(fields, for: purpose)
        } catch {
            guard case .invalid(let issues) = error.kind else { throw .rejected(error) }
            let own = issues.filter { $0.location != ["body", "tenant_id"] }
            throw .rejected(own.isEmpty ? .notFound("organization") : .invalid(own))
        }
    }
}

extension Call {
    fileprivate var organization: TenantID {
        get throws(Refusal) {
            guard let id = TenantID(path["organization_id"]) else { throw .rejected(.notFound("organization")) }
            return id
        }
    }

    fileprivate var organizationClient: OrganizationClientID {
        get throws(Refusal) { try id("client_id", of: OrganizationClient.self) }
    }
}

extension Facts {
    /// - Throws: that there is no such organization.
    fileprivate func requireOrganization(_ id: TenantID) throws {
        guard let tenant = try resource(id), tenant.state.life == .living, try lives(tenant.place) else {
            throw Rejection.notFound("organization")
        }
    }

    /// A client, found below its own organization alone.
    fileprivate func client(
        _ id: OrganizationClientID,
        of organization: TenantID,
    ) throws -> Versioned<OrganizationClient> {
        let client = try living(id)
        guard client.place == .tenant(organization) else { throw Rejection.notFound(OrganizationClient.noun) }
        return client
    }
}

extension Judge {
    fileprivate func requireReach(of organization: TenantID) throws {
        guard try authority.reaches(.tenant(organization), head) else { throw Rejection.organizationUnreached }
    }
}

extension DecisionContext {
    /// - Throws: that there is no such organization, or none within the caller's reach, which it is told as the same.
    fileprivate func requireOrganization(_ id: TenantID) throws {
        try facts.requireOrganization(id)
        guard try authority.reaches(.tenant(id), facts) else { throw Rejection.organizationUnreached }
    }
}
