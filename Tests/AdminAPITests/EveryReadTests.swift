import Endpoints
import Engine
import EventLog
import Identity
import OpenSSL
import Testing
import Wire

/// Whatever can be read can be read as of any moment, and says the same for ever: nobody lists the endpoints by hand.
struct EveryReadTests {
    private typealias World = EveryEndpointTests.World

    /// The reads of the table, each with what it must be asked about.
    private static func reads(_ server: Server, _ world: World) throws -> [(endpoint: Endpoint, path: String)] {
        try EveryEndpointTests.endpoints(server).filter { $0.method == .get }.map { endpoint in
            let path = try #require(world.path(of: endpoint, side: 0), "\(endpoint.path): no target")
            let asked = endpoint.parameters.filter { $0.place == .query && $0.required }.map { parameter in
                let value = ["scope": world.tenants[0], "scope_name": "users:read", "from": "1"][parameter.name]
                return "\(parameter.name)=\(value ?? "")"
            }
            return (
                endpoint, String(path.dropFirst(EveryEndpointTests.prefix.count)) + "?" + asked.joined(separator: "&")
            )
        }
    }

    @Test func `R2 every read says the same of a moment, however much is written after, and after a restart`()
        async throws
    {
        var server = try await Server(seed: 1, algorithm: .RS256)
        let world = try await World(server)
        let user = try #require(world.named[0]["user_id"])
        let group = try #require(world.named[0]["group_id"])
        let member: JSON = ["member_id": .string(user)]
        _ = await server.call(.post, "/groups/\(group)/members", member)
        _ = try await server.grant(.tenantAdmin, to: user, at: .tenant(try #require(TenantID(world.tenants[0]))))
        let index = server.instance.lastIndex
        server.clock.pass(microseconds: 10_000_000)
        let reads = try Self.reads(server, world)
        #expect(reads.count > 25)
        var then: [String: Response] = [:]
        for (endpoint, path) in reads where endpoint.name != "audit.prove" {
            let answer = await server.call(.get, "\(path)&as_of=\(index)")
            #expect(answer.status == 200, "\(path): \(answer.text)")
            #expect(answer.header("muniment-as-of") == "\(index)", "\(path)")
            then[path] = answer
        }
        for kind in Kind.allCases {
            guard let id = world.named[0][kind.rawValue + "_id"], kind != .signingKey else { continue }
            let body: JSON = ["status": "SUSPENDED"]
            _ = await server.call(.patch, "/\(kind.rawValue)s/\(id)", body)
        }
        _ = await server.call(.delete, "/groups/\(group)/members/\(user)")
        _ = await server.call(.post, "/signing-keys/rotate")
        _ = await server.call(.delete, "/tenants/\(world.tenants[0])?cascade=true")
        for round in 0...1 {
            for (path, before) in then {
                let answer = await server.call(.get, "\(path)&as_of=\(index)")
                #expect(answer.text == before.text, "\(path), \(round)")
                #expect(answer.header("etag") == before.header("etag"), "\(path)")
            }
            if round == 0 { try await server.restart() }
        }
        try await server.instance.close()
    }

    @Test func `every read takes as_of and refuses a moment that there is not; every write refuses as_of`() async throws
    {
        try await Server.run(algorithm: .RS256) { server in
            let world = try await World(server)
            for (endpoint, path) in try Self.reads(server, world) {
                #expect(endpoint.parameters.contains { $0.name == "as_of" && $0.place == .query }, "\(path)")
                for name in ["\(UInt64.max)", "now", "1999-12-31T23:59:59Z"] {
                    let answer = await server.call(.get, "\(path)&as_of=\(name)")
                    #expect(answer.status == 422, "\(path): \(answer.text)")
                    #expect(answer.places == ["query.as_of"], "\(path)")
                }
            }
            let size = server.instance.status.size
            for endpoint in EveryEndpointTests.endpoints(server) where endpoint.method != .get {
                #expect(!endpoint.parameters.contains { $0.name == "as_of" }, "\(endpoint.path)")
                let path = try #require(world.path(of: endpoint, side: 0)).dropFirst(EveryEndpointTests.prefix.count)
                let body: JSON? = endpoint.method == .delete ? nil : [:]
                let answer = await server.call(endpoint.method, "\(path)?as_of=0", body)
                #expect(answer.status == 422 && answer.places == ["query.as_of"], "\(path): \(answer.text)")
            }
            #expect(server.instance.status.size == size)
        }
    }

    @Test func `L10 as of a time is a place in the ledger, wherever the clock stood`() async throws {
        try await Server.run { server in
            let partner = try await server.partner("clocked", ["name": "0"])
            let path = "/partners/\(partner)"
            var places: [(index: UInt64, time: Instant)] = []
            for (number, seconds) in [10, -3_000, 5, 2_000, -20].enumerated() {
                // The clock is set, forwards and backwards, between one change and the next.
                server.clock.stepWall(microseconds: Int64(seconds) * 1_000_000)
                let answer = await server.call(.patch, path, ["name": .string("\(number + 1)")])
                try #require(answer.status == 200, "\(answer.text)")
                let entry = try #require(try server.last("partner.updated"))
                places.append((entry.index, entry.recordedAt))
            }
            #expect(places.map(\.time) == places.map(\.time).sorted(), "recorded times never fall")
            for (number, place) in places.enumerated() {
                let then = await server.call(.get, "\(path)?as_of=\(place.index)")
                #expect(then.json["data"]?["name"]?.text == "\(number + 1)")
                let last = try #require(try server.entries().last { $0.recordedAt <= place.time })
                let byTime = await server.call(.get, "\(path)?as_of=\(place.time.text)")
                guard byTime.status == 200 else {
                    #expect(byTime.places == ["query.as_of"], "it is yet to come by the clock as it stands")
                    continue
                }
                #expect(byTime.header("muniment-as-of") == "\(last.index)")
                let items = await server.call(.get, "\(path)/history?as_of=\(place.time.text)").json["data"]?.items
                #expect(items?.first?["index"]?.number ?? 0 <= Int64(last.index))
                let diff = await server.call(.get, "/diff?scope=\(partner)&from=\(place.index)&as_of=\(last.index)")
                #expect(diff.status == 200)
            }
        }
    }
}
