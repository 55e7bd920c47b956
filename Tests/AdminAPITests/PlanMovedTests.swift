import Endpoints
import Engine
import Identity
import Obstacles
import Patience
import Synchronization
import Testing
import Wire

/// A plan that waits for the writer while others change what it was drawn from.
@Suite(.timeLimit(.minutes(2))) struct PlanMovedTests {
    /// How long a request has to come to the writer's queue; one that is later finds the change committed.
    private static let onItsWay = Duration.milliseconds(300)

    @Test func `somebody who was made in the same commit, before a restore of the place, moves its plan`()
        async throws
    {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let then = server.moment
            _ = try await server.user("ada@example.com", in: tenant)
            let request = RestoreTests.restore(all: tenant, to: then, since: "delete")
            let digest = try await server.plan(request)["digest"]?.text ?? ""
            let slow = Slow()
            let answer = await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await server.instance.perform(slow, by: .system) }
                await slow.hasStarted()
                group.addTask { _ = try? await server.user("bob@example.com", in: tenant) }
                try? await Task.sleep(for: Self.onItsWay)
                async let applied = server.applying(request, digest)
                try? await Task.sleep(for: Self.onItsWay)
                slow.release()
                return await applied
            }
            #expect(answer.status == 409, "\(answer.text)")
            let people = await server.call(.get, "/users?tenant_id=\(tenant)")
            #expect(people.json.total == 2, "nobody was deleted: \(people.text)")
            let plan = try await server.plan(request)
            #expect(plan.changes == ["deleted user", "deleted user"])
        }
    }
}
