import Endpoints
import Engine
import Testing
import Wire

/// Each request breaks two rules, of which the first in the order of decision 25 is the one that is told.
struct OrderOfAnswersTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let status: Int
        let ask: @Sendable (Server) async throws -> Response
    }

    private static let json = [(name: "content-type", value: "application/json")]
    private static let garbage = Request.Body.bytes(Array("{".utf8))

    static let cases: [Case] = [
        Case(testDescription: "nobody, with a body that is too large: 401", status: 401) {
            await $0.send(.post, "/partners", body: .tooLarge(limit: 1), token: "")
        },
        Case(testDescription: "a forged token, with a malformed body: 401", status: 401) {
            await $0.send(.post, "/partners", body: garbage, token: "a.b.c", headers: json)
        },
        Case(testDescription: "a token taken back, without the scope: 401", status: 401) { server in
            let made = try await server.application(["allowed_scopes": ["openid"]])
            let token = try await server.token(made.id, made["client_secret"]?.text ?? "")
            _ = await server.call(.delete, "/applications/\(made.id)")
            return await server.call(.get, "/partners", token: token)
        },
        Case(testDescription: "no right, with a body that is too large: 403", status: 403) { server in
            let reader = try await server.platformToken(["admin:read"])
            return await server.send(.post, "/partners", body: .tooLarge(limit: 1), token: reader)
        },
        Case(testDescription: "no right, to what is not there: 403", status: 403) { server in
            let reader = try await server.platformToken(["admin:read"])
            return await server.call(.delete, "/partners/prt_nobody", token: reader)
        },
        Case(testDescription: "too large, and no JSON by its type: 413", status: 413) {
            await $0.send(.post, "/partners", body: .tooLarge(limit: 1), headers: [("content-type", "text/plain")])
        },
        Case(testDescription: "another type, and malformed: 415", status: 415) {
            await $0.send(.post, "/partners", body: garbage, headers: [("content-type", "text/plain")])
        },
        Case(testDescription: "malformed, with an unknown parameter: 400", status: 400) {
            await $0.send(.post, "/partners?colour=red", body: garbage, headers: json)
        },
        Case(testDescription: "malformed, to what is not there: 400", status: 400) {
            await $0.send(.patch, "/partners/prt_nobody", body: garbage, headers: json)
        },
        Case(testDescription: "an unknown field, of what is not there: 422", status: 422) {
            await $0.call(.patch, "/partners/prt_nobody", ["colour": "red"])
        },
        Case(testDescription: "an unknown parameter, of what is not there: 422", status: 422) {
            await $0.call(.get, "/partners/prt_nobody?colour=red")
        },
        Case(testDescription: "a bad reason, of what is not there: 422", status: 422) {
            await $0.call(.delete, "/partners/prt_nobody", headers: [("muniment-reason", "%zz")])
        },
        Case(testDescription: "not there, at another version: 404", status: 404) {
            await $0.call(.patch, "/partners/prt_nobody", ["name": "A"], headers: [("if-match", "\"9\"")])
        },
        Case(testDescription: "another version, and a slug that is taken: 412", status: 412) { server in
            _ = try await server.partner("taken")
            let mine = try await server.partner("mine")
            return await server.call(.patch, "/partners/\(mine)", ["slug": "taken"], headers: [("if-match", "\"9\"")])
        },
        Case(testDescription: "a slug that is taken: 409", status: 409) { server in
            _ = try await server.partner("taken")
            return await server.call(.post, "/partners", ["name": "A", "slug": "taken"])
        },
    ]

    @Test(arguments: cases)
    func `requests are judged in one order`(given: Case) async throws {
        try await Server.run { server in
            let answer = try await given.ask(server)
            #expect(answer.status == given.status, "\(answer.text)")
            #expect(answer.json["detail"] != nil)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.index != nil)
        }
    }

    @Test(
        arguments: [
            (nil, 415), ("text/plain", 415), ("application/xml", 415), ("application/json; charset=latin1", 415),
            ("application/merge-patch+json", 415), ("application/json", 201), ("Application/JSON; Charset=UTF-8", 201),
        ] as [(String?, Int)]
    )
    func `a body is JSON, by its type`(type: String?, status: Int) async throws {
        try await Server.run { server in
            let body = Request.Body.bytes(Array(#"{"name":"A","slug":"a"}"#.utf8))
            let headers = type.map { [(name: "content-type", value: $0)] } ?? []
            #expect(await server.send(.post, "/partners", body: body, headers: headers).status == status)
        }
    }

    @Test func `a merge patch may call itself one`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let type = [(name: "content-type", value: "application/merge-patch+json")]
            #expect(await server.call(.patch, "/partners/\(partner)", ["name": "B"], headers: type).status == 200)
        }
    }

    @Test(arguments: [
        "", "{", "nonsense", #"{"name":"A","name":"B","slug":"a"}"#, #"{"name":"\ud800","slug":"a"}"#, "{'a':1}",
        "{} {}",
        #"{"a":01}"#, #"{"a":NaN}"#, "\u{FEFF}{}", String(repeating: "[", count: 100_000),
    ])
    func `S36 what is not JSON is 400, with where and why`(body: String) async throws {
        try await Server.run { server in
            let answer = await server.send(.post, "/partners", body: .bytes(Array(body.utf8)), headers: Self.json)
            #expect(answer.status == 400)
            #expect(answer.detail?.contains("at byte") == true)
        }
    }

    @Test(arguments: ["[]", "\"text\"", "7", "null", "true"])
    func `JSON that is no object is 422`(body: String) async throws {
        try await Server.run { server in
            let answer = await server.send(.post, "/partners", body: .bytes(Array(body.utf8)), headers: Self.json)
            #expect(answer.status == 422)
            #expect(answer.places == ["body"])
        }
    }

    @Test func `S36 many faults are told, but not without end`() async throws {
        try await Server.run { server in
            let body = Members((0..<5_000).map { ("unknown-\($0)", JSON.integer(1)) })
            let answer = await server.call(.post, "/partners", .object(body))
            #expect(answer.status == 422)
            #expect(answer.places.count == 100)
            let long = Members([(String(repeating: "n", count: 10_000), JSON.null)])
            #expect(await server.call(.post, "/partners", .object(long)).body.count < 1_000)
        }
    }
}
