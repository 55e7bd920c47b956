import Endpoints
import Engine
import EventLog
import Identity
import Storage
import Testing
import Wire

/// As the disk fills, less and less is written down, and health says so in time.
struct FreeSpaceTests {
    private static let gibibyte = 1 << 30

    /// The server looks at its disk once a second, between commits.
    private func fill(_ server: Server, to share: Double, of bytes: Int = 1_000 * gibibyte) async {
        await fill(server, [Self.disk(share, of: bytes)])
    }

    private static func disk(_ share: Double, of bytes: Int) -> Machine.DiskSpace {
        Machine.DiskSpace(freeBytes: Int((1 - share) * Double(bytes)), totalBytes: bytes)
    }

    private func fill(_ server: Server, _ disks: [Machine.DiskSpace]) async {
        server.disk.set(spaces: disks)
        server.clock.pass(microseconds: 1_100_000)
        for _ in 1...2 { _ = try? await server.instance.perform(RecordEvents([]), by: .system) }
    }

    @Test(arguments: [(0.5, nil), (0.79, nil), (0.801, "80"), (0.85, "85"), (0.97, "97")] as [(Double, String?)])
    func `health warns from 80 % of the disk on`(share: Double, percent: String?) async throws {
        try await Server.run(seed: 81) { server in
            await fill(server, to: share)
            let health = await server.call(.get, "/health", token: "")
            #expect(health.status == 200)
            #expect(
                health.json["warnings"]?.items ?? [] == (percent.map { [.string("The disk is \($0) % full")] } ?? [])
            )
        }
    }

    @Test(arguments: [(0.89, 3), (0.91, 0)])
    func `L12 from 90 % on refusals of known parties are only summed up`(share: Double, entries: Int) async throws {
        try await Server.run(seed: 82) { server in
            let reader = try await server.platformToken(["admin:read"])
            await fill(server, to: share)
            for _ in 1...3 {
                #expect(await server.call(.post, "/partners", ["name": "A", "slug": "a"], token: reader).status == 403)
            }
            #expect(try server.count(of: "access.denied") == entries)
            server.clock.pass(microseconds: 11_000_000)
            _ = try await server.partner("later")
            let sums = try server.entries().filter { $0.type == "refusals.summarized" }
            #expect(sums.compactMap { $0.data["count"]?.number } == (entries == 0 ? [3] : []))
        }
    }

    @Test func `the last of a full disk is for changes of state`() async throws {
        try await Server.run(seed: 83) { server in
            let partner = try await server.partner()
            // Short by its share alone, there is free space yet for everything.
            await fill(server, to: 0.95)
            #expect(await server.call(.get, "/partners/\(partner)").status == 200)
            await fill(server, to: 0.95, of: Self.gibibyte)
            #expect(await server.call(.get, "/tenants").status == 507, "a read that must be recorded")
            await #expect(throws: Refusal.diskFull) {
                _ = try await server.token(server.founded.client.text, server.founded.clientSecret)
            }
            #expect(await server.call(.patch, "/partners/\(partner)", ["name": "Kept"]).status == 200)
            #expect(await server.call(.delete, "/partners/\(partner)").status == 204)
            #expect(await server.call(.get, "/health").status == 200)
            await fill(server, to: 0.5)
            #expect(await server.call(.get, "/tenants").status == 200, "there is room again")
        }
    }

    @Test func `of several disks health tells of the fullest, though another has less room`() async throws {
        try await Server.run(seed: 84) { server in
            let small = Self.disk(0.10, of: 8 << 20)
            await fill(server, [small, Self.disk(0.85, of: 1_000 * Self.gibibyte)])
            let health = await server.call(.get, "/health", token: "")
            #expect(health.json["warnings"]?.items == [.string("The disk is 85 % full")])
            // A small disk with nothing on it is not the last of anything, nor is a large one that has much left.
            await fill(server, [small, Self.disk(0.95, of: 1_000 * Self.gibibyte)])
            #expect(await server.call(.get, "/tenants").status == 200)
        }
    }

    @Test func `the last of one disk is for changes of state, though another has less room`() async throws {
        try await Server.run(seed: 85) { server in
            let partner = try await server.partner()
            await fill(server, [Self.disk(0.10, of: 8 << 20), Self.disk(0.95, of: Self.gibibyte)])
            #expect(await server.call(.get, "/tenants").status == 507)
            #expect(await server.call(.patch, "/partners/\(partner)", ["name": "Kept"]).status == 200)
        }
    }
}
