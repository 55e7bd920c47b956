import AdminAPI
import Endpoints
import Engine
import Foundation
import Identity
import Obstacles
import Storage
import Testing
import Wire

/// Who comes at a bad moment is told when to come again: never that there is nothing, nor that they may not.
@Suite(.timeLimit(.minutes(2))) struct BusyTests {
    @Test func `while every reader's place is taken each endpoint says when to try again`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("muniment-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Server.run(seed: 71, at: DataDirectory(path: folder)) { server in
            let gate = ScopeGate(server.instance, server.settings, scope: "admin:read", endpoint: "metrics.read")
            #expect(gate.refusal(Self.request(server.token)) == nil)
            let crowd = try Crowd(server.instance)
            let body: JSON = ["name": "A", "slug": "a"]
            let answers = [
                await server.call(.get, "/partners"), await server.call(.post, "/partners", body),
                await server.call(.get, "/audit"), gate.refusal(Self.request(server.token)),
            ]
            for answer in answers {
                #expect(answer?.status == 503, "\(answer?.text ?? "let in")")
                #expect(answer?.header("retry-after") == "1")
                #expect(answer?.header("www-authenticate") == nil)
                #expect(answer?.detail?.contains("readers") == true)
            }
            crowd.leave()
            #expect(await server.call(.post, "/partners", body).status == 201)
            #expect(gate.refusal(Self.request(server.token)) == nil)
        }
    }

    @Test func `while the writer's queue is full a change is told to come again, and a look at health is not`()
        async throws
    {
        try await Server.run(seed: 72) { server in
            await server.instance.whileQueueIsFull {
                let answer = await server.call(.post, "/partners", ["name": "A", "slug": "a"])
                #expect(answer.status == 503, "\(answer.text)")
                #expect(answer.header("retry-after") == "1")
                #expect(answer.detail?.contains("queue is full") == true)
                #expect(await server.call(.get, "/health").status == 200)
            }
            #expect(await server.call(.post, "/partners", ["name": "A", "slug": "a"]).status == 201)
        }
    }

    @Test func `a gate tells a credential that is wrong from a server that is`() async throws {
        let server = try await Server(seed: 73)
        let gate = ScopeGate(server.instance, server.settings, scope: "metrics:read", endpoint: "metrics.read")
        let reader = try await server.platformToken(["metrics:read"])
        let application = try await server.application(["allowed_scopes": ["metrics:read"]])
        let dead = try await server.token(application.id, application["client_secret"]?.text ?? "")
        _ = await server.call(.delete, "/applications/\(application.id)")
        let table: [(token: String?, status: Int?, challenge: String?)] = [
            (nil, 401, #"Bearer realm="muniment""#),
            ("a.b.c", 401, "invalid_token"),
            (dead, 401, "invalid_token"),
            (server.token, 403, "insufficient_scope"),
            (reader, nil, nil),
        ]
        for (token, status, challenge) in table {
            let refusal = gate.refusal(Self.request(token))
            #expect(refusal?.status == status)
            guard let challenge else { continue }
            #expect(refusal?.header("www-authenticate")?.contains(challenge) == true)
            #expect(refusal?.header("www-authenticate")?.contains("error") == (token != nil))
        }
        server.disk.crash()
        let broken = gate.refusal(Self.request(reader))
        #expect(broken?.status == 500)
        #expect(broken?.header("www-authenticate") == nil)
        try? await server.instance.close()
    }

    private static func request(_ token: String?) -> Request {
        let headers = token.map { [(name: "authorization", value: "Bearer \($0)")] } ?? []
        return Request(method: .get, path: "/metrics", headers: headers, id: "req_1")
    }
}
