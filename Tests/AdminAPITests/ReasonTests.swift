import AdminAPI
import Endpoints
import Engine
import Testing
import Wire

/// A deployment that wants to know why: every change through the admin API says so, or does not happen.
struct ReasonTests {
    static let why = [(name: "muniment-reason", value: "Ticket%204711")]

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The same but for its headers, so that the reason alone makes the difference.
        let ask: @Sendable (Server, _ partner: String, [(name: String, value: String)]) async -> Response

        init(
            _ name: String,
            _ ask: @escaping @Sendable (Server, String, [(name: String, value: String)]) async -> Response,
        ) {
            testDescription = name
            self.ask = ask
        }
    }

    static let changes = [
        Change("a create") { await $0.call(.post, "/partners", ["name": "B", "slug": "b"], headers: $2) },
        Change("a create with a key") {
            let key = [(name: "idempotency-key", value: "once")]
            return await $0.call(.post, "/partners", ["name": "B", "slug": "b"], headers: key + $2)
        },
        Change("a patch") { await $0.call(.patch, "/partners/\($1)", ["name": "B"], headers: $2) },
        Change("a delete") { await $0.call(.delete, "/partners/\($1)", headers: $2) },
        Change("a rotation") { await $0.call(.post, "/signing-keys/rotate", headers: $2) },
    ]

    @Test(arguments: changes, [[], [""], ["%20%20"]])
    func `a change without a reason does not happen where one is demanded`(_ change: Change, _ reason: [String])
        async throws
    {
        try await Server.run(requiresReason: true) { server in
            let body: JSON = ["name": "A", "slug": "a"]
            let partner = try #require(await server.call(.post, "/partners", body, headers: Self.why).json["data"]).id
            let size = server.instance.status.size
            let headers = reason.map { (name: "muniment-reason", value: $0) }
            let refused = await change.ask(server, partner, headers)
            #expect(refused.status == 422, "\(refused.text)")
            #expect(refused.places == ["header.Muniment-Reason"])
            #expect(refused.json["detail"]?.items?.first?["type"] == "missing")
            #expect(server.instance.status.size == size)
            let done = await change.ask(server, partner, Self.why)
            #expect((200...204).contains(done.status), "\(done.text)")
            #expect(server.instance.status.size > size)
        }
    }

    @Test func `a read needs no reason, and nobody is asked for one before it is known who they are`() async throws {
        try await Server.run(requiresReason: true) { server in
            #expect(await server.call(.get, "/partners").status == 200)
            #expect(await server.call(.post, "/partners", ["name": "A"], token: "").status == 401)
            let garbage = Request.Body.bytes(Array("{".utf8))
            let json = [(name: "content-type", value: "application/json")]
            #expect(await server.send(.post, "/partners", body: garbage, headers: json).status == 400)
            // What is not there is told only to those who say why they would change it.
            #expect(await server.call(.delete, "/partners/prt_nobody").status == 422)
            #expect(await server.call(.delete, "/partners/prt_nobody", headers: Self.why).status == 404)
        }
    }

    @Test(arguments: [true, false])
    func `the document says whether a reason is required`(_ isRequired: Bool) async throws {
        try await Server.run(requiresReason: isRequired) { server in
            let endpoints = AdminEndpoints.table(server.instance, server.settings)
            let changes = endpoints.filter { $0.method != .get && $0.access != .open }
            #expect(!changes.isEmpty)
            for endpoint in changes {
                let reason = endpoint.parameters.first { $0.name == "Muniment-Reason" }
                // Whoever restores says why, whatever the deployment asks for.
                #expect(reason?.required == (isRequired || endpoint.name == "restore.apply"), "\(endpoint.name)")
            }
        }
    }
}
