import AdminAPI
import Endpoints
import Engine
import EventLog
import OpenSSL
import Patience
import Storage
import Testing
import Views
import Wire

@Suite(.timeLimit(.minutes(3))) struct SystemTests {
    @Test func `health answers anyone`() async throws {
        try await Server.run { server in
            let answer = await server.call(.get, "/health", token: "")
            #expect(answer.status == 200)
            #expect(answer.json["status"] == "ok")
        }
    }

    @Test func `integrity tells what was verified and signed, and how the clock is`() async throws {
        try await Server.run { server in
            var answer = JSON.null
            // The ledger is read again on a thread of its own.
            try await until {
                answer = await server.call(.get, "/health/integrity", token: "").json
                return answer["verified"]?["index"] != nil
            }
            #expect(answer["verified"]?["ok"] == true)
            let size = try #require(answer["verified"]?["size"]?.number)
            let root = try server.instance.tables.environment.read {
                try server.instance.tables.range(at: UInt64(size), $0).root
            }
            #expect(answer["verified"]?["root"]?.text == Base64.encode(root.bytes))
            server.clock.pass(microseconds: 9_000_000)
            server.clock.stepWall(microseconds: 3_000_000)
            answer = await server.call(.get, "/health/integrity", token: "").json
            #expect(answer["verified"]?["age_seconds"] == 12)
            #expect(answer["clock"]?["drift_microseconds"] == 3_000_000)
            #expect(answer["size"]?.number == Int64(server.instance.status.size))
            #expect(answer["interrupted"] == JSON.null)
        }
    }

    @Test func `integrity tells of a verification that could not read on, and when the next one begins`() async throws {
        let (clock, directory) = (SimulatedWorld(seed: 7), DataDirectory(simulated: SimulatedDisk(seed: 7)))
        let awake = clock.world
        _ = try Instance.create(
            directory,
            kek: nil,
            world: awake,
            Instance.Founding(
                baseURL: Server.base,
                administratorEmail: Server.email,
                algorithm: .EdDSA,
                software: "muniment test"
            )
        )
        // A machine that sleeps for longer than the longest read whenever anybody looks at its clock.
        let world = World(
            wall: awake.wall,
            sinceBoot: {
                clock.pass(microseconds: Instance.readAtLengthMicrosecondsMax + 1)
                return awake.sinceBoot()
            },
            isClockSynchronised: awake.isClockSynchronised,
            bootID: awake.bootID,
            random: awake.random
        )
        var options = Instance.Options(software: "muniment test", log: { _ in }, onStop: { _ in })
        options.readMicrosecondsMax = .max
        let instance = try await Instance.open(directory, world: world, options: options)
        let settings = AdminSettings(baseURL: try BaseURL(Server.base), version: "test")
        let table = EndpointTable(AdminEndpoints.table(instance, settings))
        try await until { instance.integrity.interrupted != nil }
        guard case .endpoint(let endpoint, let parameters) = table.route(.get, "/health/integrity") else {
            Issue.record("there is no such endpoint")
            return
        }
        let request = Request(method: .get, path: "/health/integrity", id: "req_1")
        let told = try JSON.parse(await endpoint.answer(request, parameters).body)
        #expect(told["verified"] == JSON.null)
        let interrupted = try #require(told["interrupted"])
        try #require(interrupted.members != nil)
        #expect(interrupted["reason"]?.text?.hasPrefix("the ledger cannot be read further: ") == true)
        let count = try #require(interrupted["count"]?.number)
        #expect(count >= 1)
        let times = try ["at", "next_at"].map { try Instant(canonical: try #require(interrupted[$0]?.text)) }
        #expect(times[1] == times[0].adding(seconds: min(3_600, 5 << count)))
        try await instance.close()
    }

    @Test func `health warns while a read that takes long keeps writes off`() async throws {
        try await Server.run(seed: 8) { server in
            func warns() async -> Bool {
                let warnings = await server.call(.get, "/health").json["warnings"]?.items ?? []
                return warnings.contains { $0.text?.hasPrefix("Writes are put off: ") == true }
            }
            var putOff = 0
            // One of the first writes is the ledger's, and its map is full.
            for number in 1...5 {
                server.disk.plan(.mapFull, at: server.disk.operations + number)
                let held = try server.instance.tables.environment.beginRead()
                let answer = await server.call(.post, "/partners", ["name": "A", "slug": .string("a\(number)")])
                #expect(await warns() == (answer.status == 503), "\(number): \(answer.text)")
                if answer.status == 503 { putOff += 1 }
                _ = consume held
                server.disk.forgetPlan()
                let next = await server.call(.post, "/partners", ["name": "B", "slug": .string("b\(number)")])
                #expect(next.status == 201, "\(number): \(next.text)")
                #expect(await warns() == false)
            }
            #expect(putOff > 0)
        }
    }

    @Test func `the document tells of every endpoint, and each name in it leads somewhere`() async throws {
        try await Server.run { server in
            let endpoint = AdminEndpoints.document(of: server.table.endpoints, settings: server.settings)
            let request = Request(method: .get, path: "/openapi.json", id: "req_1")
            let answer = await endpoint.answer(request, PathParameters())
            #expect(answer.status == 200)
            // It nests deeper than any body we read, so it is looked at as text.
            let document = String(decoding: answer.body, as: UTF8.self)
            #expect(document.hasPrefix(#"{"openapi":"3.1.0""#))
            for endpoint in server.table.endpoints + [endpoint] {
                #expect(document.contains("\"\(endpoint.path)\":{"), "\(endpoint.path)")
                #expect(document.contains("\"operationId\":\"\(endpoint.name)\""), "\(endpoint.name)")
            }
            let native = #"[{"bearer":["admin:read"]},{"bearer":["admin:write"]},{"bearer":["applications:read"]}"#
            #expect(document.contains(native), "a tenant's own scope opens applications too")
            #expect(document.contains(#""client_secret":{"type":"string","minLength":43"#))
        }
    }

    @Test func `L12 a full disk stops what must be recorded, and nothing else`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            _ = await server.call(.get, "/partners/\(partner)")
            // Full for as long as is said: the writer tries again by itself each second.
            let start = server.disk.operations
            for operation in 1...2_000 { server.disk.plan(.full, at: start + operation) }
            let answer = await server.call(.patch, "/partners/\(partner)", ["name": "Lost"])
            #expect(answer.status == 507, "\(answer.text)")
            #expect(answer.detail != nil)
            let health = await server.call(.get, "/health")
            #expect(health.status == 503)
            #expect(health.json["reason"]?.text?.contains("disk") == true)
            #expect(await server.call(.get, "/partners/\(partner)").status == 200, "a read that is counted already")
            server.disk.forgetPlan()
            let again = await server.call(.patch, "/partners/\(partner)", ["name": "Kept"])
            #expect(again.status == 200, "there is room again")
            #expect(await server.call(.get, "/health").status == 200)
        }
    }

    @Test func `with a clock that went back nothing is written, and health says why`() async throws {
        var behind = try await Server(seed: 3)
        let clock = behind.clock
        try await behind.restart { clock.stepWall(microseconds: -3_600_000_000) }
        for answer in [
            await behind.call(.post, "/partners", ["name": "A", "slug": "a"]), await behind.call(.get, "/partners"),
        ] {
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") != nil)
            #expect(!answer.text.contains("clock"), "why is the operator's")
        }
        let health = await behind.call(.get, "/health")
        #expect(health.status == 503)
        #expect(health.json["reason"]?.text?.contains("clock") == true)
        try await behind.instance.close()
    }

    @Test func `it is the same in a folder, and after a restart`() async throws {
        let path = "/tmp/muniment-admin-\(UInt64.random(in: 0 ... .max))"
        var server = try await Server(seed: 4, at: DataDirectory(path: path))
        let partner = try await server.partner("kept", ["contact_email": "kept@partner.example"])
        let key = [(name: "idempotency-key", value: "once")]
        let body: JSON = ["name": "Once", "application_type": "SERVICE", "scope": "GLOBAL"]
        let first = await server.call(.post, "/applications", body, headers: key)
        try await server.restart()
        let read = await server.call(.get, "/partners/\(partner)")
        #expect(read.json["data"]?["contact_email"] == "kept@partner.example")
        #expect(await server.call(.post, "/applications", body, headers: key).body == first.body)
        let created = try #require(try server.last("partner.created"))
        #expect(await server.call(.get, "/audit/\(created.id)").json["data"]?["index"]?.number == Int64(created.index))
        try await server.instance.close()
        for folder in [
            "/ledger", "/views/state", "/views/audit", "/views/kept", "/views", "/keys/answers", "/keys", "/backups",
            "/anchor",
            "",
        ] {
            try FolderMoves.remove(path + folder)
        }
    }

    @Test func `L16 T15 a read that is held is warned of, cut, and answered with 503`() async throws {
        try await Server.run { server in
            let caller = try server.instance.authenticate(
                server.token,
                baseURL: server.settings.baseURL,
                request: Caller.Request(id: "req_held", endpoint: "tenants.list")
            )
            #expect(throws: Refusal.busy(retryAfterSeconds: 1, "the read took longer than reads may")) {
                try server.instance.read(by: caller) { snapshot, _ in
                    server.clock.pass(microseconds: Instance.readMicrosecondsMax + 1)
                    return try snapshot.size
                }
            }
            let held = try server.instance.tables.environment.beginRead()
            #expect(await server.call(.get, "/health").json["warnings"] == nil)
            server.clock.pass(microseconds: Instance.readMicrosecondsMax + 1_000_000)
            let health = await server.call(.get, "/health")
            #expect(health.status == 200)
            #expect(health.json["warnings"]?.items?.first?.text?.contains("open for 6 seconds") == true)
            _ = consume held
            #expect(await server.call(.get, "/health").json["warnings"] == nil)
            #expect(server.instance.oldestReadMicroseconds == 0)
            #expect(await server.call(.get, "/tenants").status == 200)
        }
    }
}
