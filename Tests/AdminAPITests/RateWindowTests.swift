import AdminAPI
import Endpoints
import Engine
import Identity
import Testing
import Wire

/// How many requests API keys may make: windows of the clock, shared by a workspace, counted to the last one.
struct RateWindowTests {
    /// An hour's first second, which is a day's as well.
    private static let midnight = Instant(seconds: 1_795_046_400)

    @Test func `of requests that come at once exactly as many are let through as there may be`() async throws {
        try await Server.run { server in
            let keys = [try await server.mint(["clusters:read"]), try await server.mint(["clusters:read"])]
            for _ in 0..<3 {
                server.clock.pass(microseconds: 1_000_000)
                let statuses = await withTaskGroup(of: Int.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            await server.ask(.get, "/clusters", key: keys[number % 2], waits: false).status
                        }
                    }
                    return await group.reduce(into: [Int]()) { $0.append($1) }
                }
                #expect(statuses.count { $0 == 200 } == 5 && statuses.count { $0 == 429 } == 35, "\(statuses)")
            }
        }
    }

    @Test func `every answer to a key tells how many requests are left, whatever it says`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("own", of: server.partner())
            let key = try await server.mint(["tenants:read", "clusters:read"], at: tenant)
            let asked: [(path: String, status: Int)] = [
                ("/clusters", 200), ("/clusters/nothing", 404), ("/tenants", 200), ("/users", 403),
                ("/tenants?colour=red", 422), ("/clusters", 429), ("/tenants", 429),
            ]
            server.clock.pass(microseconds: 1_000_000)
            for (number, (path, status)) in asked.enumerated() {
                let answer = await server.ask(.get, path, key: key, waits: false)
                let left = max(0, 4 - number)
                #expect(answer.status == status, "\(path): \(answer.text)")
                #expect(answer.header("ratelimit-limit") == "5" && answer.header("ratelimit-remaining") == "\(left)")
                #expect(answer.header("ratelimit-reset") == "1")
                let limits = ["second", "minute", "hour", "day"].map { answer.header("x-ratelimit-limit-\($0)") }
                #expect(limits == ["5", "300", "5000", "25000"])
                #expect(answer.header("x-ratelimit-remaining-second") == "\(left)")
                #expect(answer.header("x-ratelimit-remaining-day") == "\(24_996 + left - 1)")
                #expect((answer.header("retry-after") == "1") == (status == 429))
                if status == 429 { #expect(answer.detail == "Rate limit exceeded. Retry after 1 second.") }
            }
            let dialects = [
                await server.ask(.get, "/clusters", key: key, waits: false).header("content-type"),
                await server.ask(.get, "/tenants", key: key, waits: false).header("content-type"),
            ]
            #expect(dialects == ["application/problem+json", "application/json"])
        }
    }

    @Test func `a workspace counts for itself, and tokens are not counted`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("own", of: partner)
            let keys = [
                try await server.mint(["clusters:read"], at: partner),
                try await server.mint(["clusters:read"], at: tenant),
            ]
            server.clock.pass(microseconds: 1_000_000)
            for key in keys {
                for _ in 0..<5 {
                    #expect(await server.ask(.get, "/clusters", key: key, waits: false).status == 200)
                }
                #expect(await server.ask(.get, "/clusters", key: key, waits: false).status == 429)
            }
            for _ in 0..<20 {
                let answer = await server.ask(.get, "/clusters")
                #expect(answer.status == 200 && answer.header("ratelimit-limit") == nil)
            }
        }
    }

    @Test func `who proves nothing is counted by address, and keeps no key out`() async throws {
        try await Server.run { server in
            let key = try await server.mint(["clusters:read"])
            let wrong = MintedKey(id: "", text: APIKeyText(random: server.clock.world.random).text)
            server.clock.pass(microseconds: 1_000_000)
            for status in [401, 401, 401, 401, 401, 429, 429] {
                let answer = await server.ask(.get, "/clusters", key: wrong, waits: false)
                #expect(answer.status == status && answer.header("ratelimit-limit") == nil, "\(answer.text)")
            }
            #expect(await server.ask(.get, "/clusters", key: key, waits: false).status == 200)
            for status in [202, 202, 202, 202, 202, 429] {
                let answer = await server.call(.post, "/api-keys/report-leak", ["key": "nothing"], token: "")
                #expect(answer.status == status)
            }
        }
    }

    @Test func `each window holds exactly what it may, and what is refused is not counted`() {
        let (rates, workspace) = (RequestRates(), RequestRates.Party.workspace(.platform))
        var (admitted, moment): (Int, Instant) = (0, Self.midnight)
        // Ten a second for seven hours: five a second, until the hour is full, and the day at last.
        for _ in 0..<(7 * 3_600) {
            for _ in 0..<10 where rates.count(workspace, RateLimit.ofWorkspace, at: moment).rejection == nil {
                admitted += 1
            }
            moment = moment.adding(seconds: 1)
        }
        #expect(admitted == 25_000)
        let full = rates.count(workspace, RateLimit.ofWorkspace, at: moment)
        #expect(full.retryAfterSeconds == 17 * 3_600 && full.tightest?.limit.window == .day)
        #expect(full.rejection?.detail == "Rate limit exceeded. Retry after 61200 seconds.")
        let tomorrow = rates.count(workspace, RateLimit.ofWorkspace, at: Self.midnight.adding(seconds: 86_400))
        #expect(tomorrow.rejection == nil && tomorrow.parts.map(\.remaining) == [4, 299, 4_999, 24_999])
    }

    @Test func `a clock that is set back gives no window twice`() {
        let (rates, workspace) = (RequestRates(), RequestRates.Party.workspace(.platform))
        for _ in 0..<5 { _ = rates.count(workspace, RateLimit.ofWorkspace, at: Self.midnight) }
        let earlier = rates.count(workspace, RateLimit.ofWorkspace, at: Self.midnight.adding(seconds: -30))
        #expect(earlier.retryAfterSeconds == 31)
    }
}
