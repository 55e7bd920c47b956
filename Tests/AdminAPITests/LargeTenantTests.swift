import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// A tenant of fifty thousand applications goes and comes back by one entry each, and no list or total is behind.
@Suite(.timeLimit(.minutes(5))) struct LargeTenantTests {
    /// Many applications by one command: what a minute of requests would make.
    private struct RegisterApplications: Command {
        static let countMax = 10_000

        let ids: [ApplicationID]
        let tenant: String
        let type: ApplicationType

        var requirement: Requirement { .permission(.writes(Application.self)) }

        func decide(_ context: DecisionContext) throws -> Decision<Void> {
            let events = try ids.enumerated().flatMap { number, id in
                let body: Members = [
                    "name": .string("Worker \(number) of \(tenant)"), "application_type": .string(type.rawValue),
                    "scope": "TENANT", "tenant_id": .string(tenant),
                ]
                return try Application.register(
                    Changes(body, for: .create),
                    as: id,
                    secret: nil,
                    by: context.authority,
                    facts: context.facts
                )
            }
            return Decision(events)
        }
    }

    @Test func `fifty thousand applications are gone and back with their tenant`() async throws {
        try await Server.run { server in
            let partner = try await server.partner("samples", ["max_applications_per_tenant": .null])
            let large = try await server.tenant("large", of: partner)
            let small = try await server.tenant("small", of: partner)
            try await fill(large, services: 30_000, others: 20_000, server)
            try await fill(small, services: 40, others: 60, server)
            let services = "/applications?application_type=SERVICE&scope=TENANT"
            let search = "/applications?search=\(small)"
            #expect(await server.call(.get, services).json.total == 30_040)

            let before = server.instance.lastIndex
            #expect(await server.call(.delete, "/tenants/\(large)?cascade=true").status == 204)
            #expect(try stateEntries(server, since: before) == ["tenant.deleted"])
            #expect(await server.call(.get, services).json.total == 40)
            #expect(await server.call(.get, search).json.total == 100)
            #expect(await server.call(.get, services + "&as_of=\(before)").json.total == 30_040)

            let gone = server.instance.lastIndex
            try await server.restore(try #require(TenantID(large)))
            #expect(try stateEntries(server, since: gone) == ["tenant.restored"])
            #expect(await server.call(.get, services).json.total == 30_040)
            #expect(await server.call(.get, "/applications?tenant_id=\(large)").json.total == 50_000)
            #expect(await server.call(.get, services + "&as_of=\(gone)").json.total == 40)
        }
    }

    private func fill(_ tenant: String, services: Int, others: Int, _ server: Server) async throws {
        for (type, count) in [(ApplicationType.service, services), (.native, others)] {
            var left = count
            while left > 0 {
                let part = min(left, RegisterApplications.countMax)
                let ids = (0..<part).map { _ in ApplicationID(random: server.instance.world.random(16)) }
                try await server.perform(RegisterApplications(ids: ids, tenant: tenant, type: type))
                left -= part
            }
        }
    }

    private func stateEntries(_ server: Server, since index: UInt64) throws -> [String] {
        try ((index + 1)...server.instance.lastIndex).compactMap { try server.instance.entry(at: $0) }
            .filter { $0.class == .state }.map(\.type)
    }
}
