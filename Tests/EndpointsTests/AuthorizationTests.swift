import Endpoints
import Testing
import Wire

@Suite struct AuthorizationTests {
    private func read(_ headers: String...) throws -> Authorization {
        let headers = headers.map { (name: "authorization", value: $0) }
        return try Authorization(Request(method: .post, path: "/", headers: headers, id: "req_1"))
    }

    private func basic(_ credentials: String) -> String { "Basic " + Base64.encode(Array(credentials.utf8)) }

    @Test func `a request without the header says nothing`() throws {
        #expect(try Authorization(Request(method: .get, path: "/", id: "req_1")) == .absent)
    }

    @Test(arguments: [
        ("app_1:secret", "app_1", "secret"),
        ("app_1:", "app_1", ""),
        (":secret", "", "secret"),
        ("app_1:a:b", "app_1", "a:b"),
        ("app%3A1:se%2Bcret+x", "app:1", "se+cret x"),
        ("%C3%A9:p", "é", "p"),
    ])
    func `basic credentials are form-decoded`(sent: String, id: String, secret: String) throws {
        #expect(try read(basic(sent)) == .basic(BasicCredentials(id: id, secret: secret)))
    }

    @Test(arguments: ["no colon", "a:%", "a:%0A", "a\u{7F}:b", "%FF:b"])
    func `basic credentials that are none are refused`(sent: String) {
        #expect(throws: Malformed.self) { try read(basic(sent)) }
    }

    @Test(arguments: ["Basic", "Basic ", "Basic ???", "Basic YTpi=", "Basic YTpi\n"])
    func `what is not base64 is refused`(header: String) {
        #expect(throws: Malformed.self) { try read(header) }
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER", "Bearer  "])
    func `the scheme is read without regard to case`(scheme: String) throws {
        #expect(try read(scheme + " abc.DEF-_~+/1==") == .bearer(try BearerToken("abc.DEF-_~+/1==")))
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Bearer =", "Bearer a b", "Bearer a=b", "Bearer a,b", "Bearer é", "Bearer \u{301}a",
    ])
    func `what is no token is refused`(header: String) {
        #expect(throws: Malformed.self) { try read(header) }
    }

    @Test func `a token longer than any is refused`() throws {
        let longest = String(repeating: "a", count: BearerToken.bytesMax)
        #expect(try read("Bearer " + longest) == .bearer(try BearerToken(longest)))
        #expect(throws: Malformed.self) { try read("Bearer a" + longest) }
    }

    @Test func `two headers are refused, and another scheme is named`() throws {
        #expect(throws: Malformed.self) { try read("Bearer a", "Bearer a") }
        #expect(try read("Digest x") == .other(scheme: "Digest"))
    }

    @Test func `neither secret nor token is printed`() throws {
        let credentials = BasicCredentials(id: "app_1", secret: "hidden")
        let token = try BearerToken("hidden")
        for text in ["\(credentials)", "\(token)", String(reflecting: credentials), "\(Authorization.bearer(token))"] {
            #expect(!text.contains("hidden"))
        }
        var dumped = ""
        dump([Authorization.basic(credentials), .bearer(token)], to: &dumped)
        #expect(!dumped.contains("hidden"))
    }
}
