import Endpoints
import Engine
import EventLog
import Identity
import Patience
import Synchronization
import Testing
import Wire

/// Versions, indexes and reasons: what a request may say about itself beside its body.
struct ConditionTests {
    @Test(
        arguments: [
            ([], 200), (["*"], 200), ([#""1""#], 200), ([#""9", "1""#], 200), ([#""9""#, #""1""#], 200),
            ([#" "1" "#], 200),
            ([#""2""#], 412), ([#"W/"1""#], 412), ([#""01""#], 412), ([#""+1""#], 412), (["1"], 412),
            (["nonsense"], 412),
            ([""], 412), ([#""""#], 412), ([#""0""#], 412),
        ] as [([String], Int)]
    )
    func `If-Match lets only the version through that it names`(values: [String], status: Int) async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let headers = values.map { (name: "if-match", value: $0) }
            let patched = await server.call(.patch, "/partners/\(partner)", ["name": "B"], headers: headers)
            #expect(patched.status == status)
            let expected = status == 200 ? "partner.updated" : "command.failed"
            #expect(try server.entries().last?.type == expected)
            if status == 412 {
                #expect(try server.entries().last?.code == "version_moved")
                #expect(await server.call(.delete, "/partners/\(partner)", headers: headers).status == 412)
            }
        }
    }

    @Test func `a weak tag in If-Match is told what is wrong with it`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let weak = [(name: "if-match", value: "W/\"1\"")]
            let answer = await server.call(.patch, "/partners/\(partner)", ["name": "B"], headers: weak)
            #expect(answer.status == 412 && answer.detail?.contains("without W/") == true, "\(answer.text)")
            let old = [(name: "if-match", value: "\"7\"")]
            let moved = await server.call(.patch, "/partners/\(partner)", ["name": "B"], headers: old)
            #expect(moved.detail?.contains("has changed") == true)
        }
    }

    @Test(
        arguments: [
            ("if-none-match", #""1""#, 304, 412), ("if-none-match", #"W/"1""#, 304, 412),
            ("if-none-match", #""7", "1""#, 304, 412), ("if-none-match", "*", 304, 412),
            ("if-none-match", #""2""#, 200, 200), ("if-none-match", "nonsense", 200, 200),
            ("if-match", #""1""#, 200, 200), ("if-match", #""2""#, 412, 412), ("if-match", "*", 200, 200),
        ]
    )
    func `a condition holds for reading as for changing`(
        name: String,
        value: String,
        read: Int,
        changed: Int,
    ) async throws {
        try await Server.run { server in
            let path = "/partners/\(try await server.partner())"
            let condition = [(name: name, value: value)]
            let answer = await server.call(.get, path, headers: condition)
            #expect(answer.status == read && (answer.status == 412 || answer.header("etag") == "\"1\""))
            #expect(answer.body.isEmpty == (read == 304))
            #expect(await server.call(.patch, path, ["name": "B"], headers: condition).status == changed)
        }
    }

    @Test func `a list says that it depends on what its reader accepts`() async throws {
        try await Server.run { server in
            for accept in ["application/json", "text/csv"] {
                let answer = await server.call(.get, "/partners", headers: [(name: "accept", value: accept)])
                #expect(answer.header("vary") == "accept")
            }
        }
    }

    @Test func `of 1,000 changes meant for one version exactly one is made, ten times`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            for round in 1...10 {
                let tag = [(name: "if-match", value: "\"\(round)\"")]
                let won = await withTaskGroup(of: Int.self) { group in
                    for number in 0..<1_000 {
                        group.addTask {
                            let name = JSON.string("Round \(round), number \(number)")
                            return await server.call(.patch, "/partners/\(partner)", ["name": name], headers: tag)
                                .status
                        }
                    }
                    return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
                #expect(won == [200: 1, 412: 999])
            }
            #expect(await server.call(.get, "/partners/\(partner)").header("etag") == "\"11\"")
            #expect(try server.count(of: "partner.updated") == 10)
        }
    }

    @Test func `of 50 tenants raced against a limit of 10 exactly 10 are made`() async throws {
        try await Server.run { server in
            let partner = try await server.partner("limited", ["max_tenants": 10])
            let won = await withTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let body: JSON = [
                            "name": "T", "slug": .string("raced-\(number)"), "partner_id": .string(partner),
                        ]
                        let answer = await server.call(.post, "/tenants", body)
                        if answer.status == 409 { #expect(answer.detail?.hasSuffix("limit reached") == true) }
                        return answer.status
                    }
                }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(won == [201: 10, 409: 40])
            #expect(await server.call(.get, "/tenants?partner_id=\(partner)").json.total == 10)
        }
    }

    @Test(.timeLimit(.minutes(3))) func `an index can be waited for, for a while`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let next = server.instance.status.size
            async let waiting = server.call(.get, "/partners/\(partner)?min_index=\(next)")
            _ = try await server.partner("another")
            #expect(await waiting.status == 200)
            #expect(await waiting.index ?? 0 >= next)

            let tooFar = await withTaskGroup(of: Response?.self) { group in
                group.addTask { await server.call(.get, "/partners/\(partner)?min_index=\(next + 1_000)") }
                // Whoever comes to wait later waits from then: the clock goes on until there is an answer.
                group.addTask {
                    while (try? await Task.sleep(for: .milliseconds(100))) != nil {
                        server.clock.pass(microseconds: 5_100_000)
                    }
                    return nil
                }
                let answer: Response? = await group.next() ?? nil
                group.cancelAll()
                return answer
            }
            #expect(tooFar?.status == 503)
            #expect(tooFar?.header("retry-after") != nil)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `who waits for an index that never comes is answered at once, and 1,100 of them keep nobody out`() async throws
    {
        try await Server.run { server in
            let partner = try await server.partner()
            let start = server.clock.world.sinceBoot()
            let answers = await withTaskGroup(of: Response.self) { group in
                for number in 0..<1_100 {
                    let index = 9_007_199_254_740_991 - number
                    group.addTask { await server.call(.get, "/partners/\(partner)?min_index=\(index)") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            // The clock stands still: nobody's wait has come to its end.
            #expect(server.clock.world.sinceBoot() == start)
            #expect(answers.count == 1_100)
            #expect(answers.allSatisfy { $0.status == 503 && $0.header("retry-after") == "1" })
            #expect(await server.call(.get, "/partners/\(partner)").status == 200)
            let next = server.instance.status.size
            async let waiting = server.call(.get, "/partners/\(partner)?min_index=\(next)")
            _ = try await server.partner("another")
            #expect(await waiting.status == 200, "who waits for what comes has a place")
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `who waits for an index is not among those that are being answered meanwhile`(isFreeLater: Bool) async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let place = Place(isFreeLater: isFreeLater)
            let here = server.instance.lastIndex
            #expect(await server.call(.get, "/partners/\(partner)?min_index=\(here)", place: place).status == 200)
            #expect(place.steps.isEmpty, "who need not wait keeps its place")
            let next = server.instance.status.size
            async let waiting = server.call(.get, "/partners/\(partner)?min_index=\(next)", place: place)
            try await until { place.steps == ["left"] }
            _ = try await server.partner("another")
            let answer = await waiting
            #expect(answer.status == (isFreeLater ? 200 : 503), "\(answer.text)")
            #expect(place.steps == ["left", "came back"])
        }
    }

    private final class Place: AnsweringPlace {
        private let isFreeLater: Bool
        private let taken = Mutex<[String]>([])

        init(isFreeLater: Bool) { self.isFreeLater = isFreeLater }

        var steps: [String] { taken.withLock { $0 } }
        func leave() { taken.withLock { $0.append("left") } }
        func enter() -> Bool {
            taken.withLock { $0.append("came back") }
            return isFreeLater
        }
    }

    @Test func `a reason is kept sealed with what it explains`() async throws {
        try await Server.run { server in
            let reason = [(name: "muniment-reason", value: "Ticket%204711%3A%20Frau%20M%C3%BCller%20+%20Co")]
            let body: JSON = ["name": "A", "slug": "a"]
            #expect(await server.call(.post, "/partners", body, headers: reason).status == 201)
            let entry = try #require(try server.last("partner.created"))
            let place = try #require(entry.sealed.firstIndex { $0.fields == ["reason"] })
            let opened = try server.instance.open(.init(index: entry.index, ordinal: place))
            #expect(opened?["reason"] == "Ticket 4711: Frau Müller + Co")
        }
    }

    @Test(arguments: [
        ["%"], ["%zz"], ["%ff%fe"], [String(repeating: "x", count: 501)], ["%0A"], ["%00"], ["a", "b"],
    ])
    func `S36 a reason that cannot be read is refused`(values: [String]) async throws {
        try await Server.run { server in
            let headers = values.map { (name: "muniment-reason", value: $0) }
            let answer = await server.call(.post, "/partners", ["name": "A", "slug": "a"], headers: headers)
            #expect(answer.status == 422)
            #expect(answer.places == ["header.Muniment-Reason"])
            let longest = [(name: "muniment-reason", value: String(repeating: "%C3%BC", count: 500))]
            #expect(await server.call(.post, "/partners", ["name": "A", "slug": "a"], headers: longest).status == 201)
        }
    }
}
