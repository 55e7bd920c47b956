import Chance
import Endpoints
import Engine
import EventLog
import Foundation
import Identity
import OpenID
import Testing
import Wire

/// What holds of every plan, over random histories: a failure names its seed.
struct PlanPropertyTests {
    /// How many histories are tried; `MUNIMENT_PLAN_SEEDS` asks for more.
    static let seeds = UInt64(ProcessInfo.processInfo.environment["MUNIMENT_PLAN_SEEDS"] ?? "") ?? 40

    @Test(arguments: 1...seeds)
    func `a plan that is carried out leaves what it showed, and undone again it leaves what there was`(
        seed: UInt64
    ) async throws {
        try await Server.run(seed: seed) { server in
            var history = try await PlanHistory(server, seed: seed)
            for round in 0..<3 {
                let request = history.request()
                let before = try await history.photo()
                let answer = await server.call(.post, "/restore/plan", request)
                // What was not there then is told so.
                guard answer.status == 200 else {
                    #expect(answer.status == 422, "seed \(seed), round \(round): \(answer.text)")
                    continue
                }
                let plan = try #require(answer.json["data"])
                #expect(try await history.photo() == before, "seed \(seed): a plan changes nothing")
                let done = await server.applying(request, plan["digest"]?.text ?? "")
                #expect(done.status == 200, "seed \(seed), round \(round): \(request) \(done.text)")
                let after = try await history.photo()
                Self.expect(after, shows: plan, since: before, "seed \(seed), round \(round): \(request)")
                if let batch = done.json["data"]?["batch"], batch != .null {
                    history.rememberMoment()
                    let undone = try await server.apply(["undo": ["batch": batch]])
                    #expect(undone.conflicts.isEmpty, "seed \(seed), round \(round): \(request) \(undone)")
                    #expect(try await history.photo() == before, "seed \(seed), round \(round): \(request)")
                    history.rememberMoment()
                }
                for _ in 0..<3 { await history.act() }
            }
        }
    }

    @Test(arguments: 1...seeds)
    func `whatever happens in between, a plan is carried out as it was shown, or not at all`(
        seed: UInt64
    ) async throws {
        try await Server.run(seed: seed) { server in
            var history = try await PlanHistory(server, seed: seed &+ 100_000)
            for round in 0..<4 {
                let request = history.request()
                let answer = await server.call(.post, "/restore/plan", request)
                guard answer.status == 200, let plan = answer.json["data"] else { continue }
                for _ in 0..<round { await history.act() }
                let before = try await history.photo()
                let done = await server.applying(request, plan["digest"]?.text ?? "")
                let after = try await history.photo()
                switch done.status {
                case 200: Self.expect(after, shows: plan, since: before, "seed \(seed), round \(round): \(request)")
                case 409: #expect(after == before, "seed \(seed), round \(round): what is refused changes nothing")
                default: Issue.record("seed \(seed), round \(round): \(done.text)")
                }
            }
        }
    }

    /// What is there now is what was there, but for what the plan tells.
    private static func expect(
        _ after: [String: JSON],
        shows plan: JSON,
        since before: [String: JSON],
        _ comment: String,
    ) {
        var expected = before
        for change in plan["changes"]?.items ?? [] {
            let id = change["resource_id"]?.text ?? ""
            let fields = change["fields"]?.items ?? []
            if change["kind"] == "group_member" {
                let from = fields[0]["after"]?.text ?? fields[0]["before"]?.text ?? ""
                let to = fields[1]["after"]?.text ?? fields[1]["before"]?.text ?? ""
                expected["\(from) has \(to)"] = change["verb"] == "added" ? true : nil
                continue
            }
            switch change["verb"]?.text {
            case "deleted":
                for name in expected.keys.filter({ $0.hasPrefix(id + " ") || $0.hasSuffix(" has " + id) }) {
                    expected[name] = nil
                }
            case "restored":
                // What it had when it was deleted is seen again; of that the plan tells what is changed besides.
                for (name, value) in after where name.hasPrefix(id + " ") || name.hasSuffix(" has " + id) {
                    expected[name] = value
                }
                for field in fields { expected["\(id) \(field["name"]?.text ?? "")"] = field["after"] }
            default:
                for field in fields { expected["\(id) \(field["name"]?.text ?? "")"] = field["after"] }
            }
        }
        let names = Set(expected.keys).union(after.keys).sorted().filter { expected[$0] != after[$0] }
        #expect(
            names.isEmpty,
            "\(comment): \(names.map { "\($0): \(expected[$0] ?? .null) is \(after[$0] ?? .null)" })"
        )
    }
}
