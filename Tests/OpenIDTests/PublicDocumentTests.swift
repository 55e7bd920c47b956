import Endpoints
import Engine
import Testing
import Wire

/// What pages and caches of others are told of the documents that anybody may read.
struct PublicDocumentTests {
    static let paths = [
        "/keys", "/oauth/.well-known/jwks.json", "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ]

    @Test(arguments: paths)
    func `a page of any origin may read it, and whoever has it is not sent it again`(path: String) async throws {
        let provider = try await Provider(seed: 31)
        let answer = await provider.get(path)
        #expect(answer.status == 200 && answer.header("access-control-allow-origin") == "*")
        #expect(answer.header("access-control-allow-credentials") == nil)
        let tag = try #require(answer.header("etag"))
        for (known, status) in [(tag, 304), ("W/\(tag)", 304), ("\"x\", \(tag)", 304), ("*", 304), ("\"x\"", 200)] {
            let again = Request(method: .get, path: path, headers: [("if-none-match", known)], id: "req_1")
            let told = await provider.send(again)
            #expect(told.status == status && told.body.isEmpty == (status == 304), "\(known)")
            #expect(told.header("etag") == tag && told.header("cache-control") == answer.header("cache-control"))
        }
        guard case .preflight(let allowed) = provider.table.route(nil, path, isOptions: true) else {
            Issue.record("no answer to a browser that asks first")
            return
        }
        #expect(Response.preflight(allowed).header("access-control-allow-methods") == "GET")
        try await provider.instance.close()
    }

    @Test func `nothing else is told to pages of other origins`() async throws {
        let provider = try await Provider(seed: 32)
        guard case .wrongMethod = provider.table.route(nil, "/oauth/token", isOptions: true) else {
            Issue.record("a browser was told that it may ask for tokens")
            return
        }
        #expect(await provider.post("/oauth/token", "").header("access-control-allow-origin") == nil)
        try await provider.instance.close()
    }
}
