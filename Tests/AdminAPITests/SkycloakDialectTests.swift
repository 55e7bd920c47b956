import AdminAPI
import Endpoints
import Engine
import Testing
import Wire

/// How `/api-keys` and `/clusters` answer: bare objects and arrays, and problem details.
struct SkycloakDialectTests {
    @Test func `whatever is refused is a problem with its type, title, status and detail`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("own", of: server.partner())
            let key = try await server.mint(["clusters:read", "api-keys:write"], at: tenant)
            let blind = try await server.mint(["users:read"], at: tenant)
            let gone = try await server.mint([], at: tenant)
            _ = await server.ask(.delete, "/api-keys/\(gone.id)")
            let cases: [(Request.Method, String, JSON?, MintedKey, Int, String, String, String?)] = [
                (
                    .get, "/clusters", nil, blind, 403, "forbidden", "Forbidden",
                    "API key does not have the required scope: clusters:read"
                ),
                (
                    .post, "/api-keys", [:], blind, 403, "forbidden", "Forbidden",
                    "API key does not have the required scope: api-keys:write"
                ),
                (.get, "/clusters", nil, gone, 401, "unauthorized", "Unauthorized", "The API key is revoked"),
                (.get, "/clusters/tnt_nobody", nil, key, 404, "not-found", "Not Found", "Cluster not found"),
                (.post, "/api-keys/\(gone.id)/rotate", nil, key, 409, "conflict", "Conflict", "The API key is revoked"),
                (.post, "/api-keys", ["name": "A"], key, 422, "validation-failed", "Validation Failed", nil),
                (.get, "/api-keys?limit=101", nil, key, 400, "bad-request", "Bad Request", nil),
                (.get, "/api-keys?colour=red", nil, key, 400, "bad-request", "Bad Request", nil),
            ]
            for (method, path, body, key, status, slug, title, detail) in cases {
                let answer = await server.ask(method, path, body, key: key)
                #expect(answer.status == status, "\(method) \(path): \(answer.text)")
                #expect(answer.header("content-type") == "application/problem+json")
                #expect(answer.json["type"]?.text == "\(Server.base)/docs/api/errors#\(slug)")
                #expect(answer.json["title"]?.text == title && answer.json["status"] == .integer(Int64(status)))
                #expect(answer.json["instance"]?.text == "/logs/requests/req_\(method.rawValue)")
                if let detail { #expect(answer.detail == detail, "\(method) \(path)") }
                #expect(answer.detail?.isEmpty == false)
            }
            let invalid = await server.ask(.post, "/api-keys", ["name": 7, "scopes": ["nothing:read"]], key: key)
            let errors = invalid.json["errors"]?.items ?? []
            #expect(errors.map { $0["field"]?.text } == ["name"])
            #expect(errors.allSatisfy { $0["detail"]?.text != nil && $0["code"]?.text != nil })
        }
    }

    @Test func `what cannot be read as JSON is told in the same form`() async throws {
        try await Server.run { server in
            let json = (name: "content-type", value: "application/json")
            let cases: [(body: String, headers: [(name: String, value: String)], status: Int)] = [
                ("{", [json], 400), ("[]", [json], 422), ("{}", [("content-type", "text/plain")], 415),
                ("{}", [json, ("content-encoding", "gzip")], 415),
            ]
            for (body, headers, status) in cases {
                let answer = await server.send(
                    .post,
                    "/api-keys",
                    body: .bytes(Array(body.utf8)),
                    headers: headers + [Server.version]
                )
                #expect(answer.status == status, "\(body): \(answer.text)")
                #expect(answer.header("content-type") == "application/problem+json")
            }
        }
    }

    @Test func `a list is a bare array whose place in the whole stands in headers`() async throws {
        try await Server.run { server in
            var made: [String] = []
            for _ in 0..<7 { made.append(try await server.mint([]).id) }
            let cases: [(query: String, ids: [String], links: [String])] = [
                ("", made, []), ("?limit=3", Array(made[0..<3]), ["first 0", "next 3", "last 6"]),
                ("?limit=3&offset=3", Array(made[3..<6]), ["first 0", "prev 0", "next 6", "last 6"]),
                ("?limit=3&offset=5", Array(made[5...]), ["first 0", "prev 2", "last 6"]),
                ("?limit=3&offset=70", [], ["first 0", "prev 67", "last 6"]),
                ("?limit=3&order=desc", made[4...].reversed(), ["first 0", "next 3", "last 6"]),
                ("?limit=3&order=desc&offset=5", made[..<2].reversed(), ["first 0", "prev 2", "last 6"]),
                ("?order=asc", made, []),
            ]
            for (query, ids, links) in cases {
                let answer = await server.ask(.get, "/api-keys" + query)
                #expect(answer.json.items?.map(\.id) == ids, "\(query): \(answer.text)")
                #expect(answer.header("total-count") == "7")
                let told = (answer.header("link") ?? "").split(separator: ", ").map { link -> String in
                    let relation = link.split(separator: "\"").last ?? ""
                    let offset = link.split(separator: "offset=").last?.prefix { $0.isNumber } ?? ""
                    #expect(link.hasPrefix("<\(Server.base)/api-keys?"))
                    #expect(query.contains("desc") == link.contains("order=desc"))
                    return "\(relation) \(offset)"
                }
                #expect(told == links, "\(query)")
            }
        }
    }

    @Test func `clusters are the tenants of a workspace`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let first = try await server.tenant("first", of: partner)
            let second = try await server.tenant("second", of: partner)
            let foreign = try await server.tenant("foreign", of: server.partner("other"))
            _ = await server.call(.patch, "/tenants/\(second)", ["status": "SUSPENDED"])
            let key = try await server.mint(["clusters:read"], at: partner)
            let listed = await server.ask(.get, "/clusters", key: key)
            #expect(listed.json.items?.map(\.id) == [first, second] && listed.header("total-count") == "2")
            #expect(listed.json.items?.map { $0["status"]?.text } == ["available", "stopped"])
            let one = await server.ask(.get, "/clusters/\(first)", key: key)
            #expect(one.json == listed.json.items?.first)
            #expect(one.json["url"]?.text == "\(Server.base)/tenants/\(first)")
            #expect(one.json.members?.map(\.name) == ["id", "name", "status", "url", "created_at", "updated_at"])
            #expect(await server.ask(.get, "/clusters/\(foreign)", key: key).status == 404)
            // A token that may read tenants does as well, and sees what it reaches.
            let reader = try await server.tenantToken(first, slug: "first", ["tenants:read"])
            #expect(await server.ask(.get, "/clusters", token: reader).json.items?.map(\.id) == [first])
            let other = try await server.tenantToken(first, slug: "first", ["users:read"])
            #expect(await server.ask(.get, "/clusters", token: other).status == 403)
            #expect(await server.ask(.get, "/clusters").json.items?.count == 3)
        }
    }

    @Test func `clusters are made, named and deleted by keys that may, where there can be some`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let own = try await server.tenant("own", of: partner)
            let foreign = try await server.tenant("foreign", of: server.partner("other"))
            let writer = try await server.mint(["clusters:write"], at: partner)
            let reader = try await server.mint(["clusters:read"], at: partner)
            let inside = try await server.mint(["clusters:write"], at: own)
            let platform = try await server.mint(["clusters:write"])
            let cases: [(Request.Method, String, JSON?, MintedKey, Int)] = [
                (.post, "/clusters", ["name": "Shop & Co."], writer, 201),
                (.post, "/clusters", ["name": "Shop & Co."], writer, 201),
                (.post, "/clusters", ["name": "Taken", "slug": "own"], writer, 409),
                (.post, "/clusters", ["name": "A", "slug": "Not one"], writer, 422),
                (.post, "/clusters", [:], writer, 422),
                (.post, "/clusters", ["name": "A", "size": "small"], writer, 422),
                (.post, "/clusters", ["name": "A"], reader, 403), (.post, "/clusters", ["name": "A"], inside, 403),
                (.post, "/clusters", ["name": "A"], platform, 422),
                (.post, "/clusters", ["name": "A", "partner_id": .string(partner)], platform, 201),
                (.patch, "/clusters/\(own)", ["name": "Renamed"], writer, 200),
                (.patch, "/clusters/\(own)", ["name": "Renamed"], writer, 200),
                (.patch, "/clusters/\(own)", [:], writer, 422),
                (.patch, "/clusters/\(own)", ["name": "B"], reader, 403),
                (.patch, "/clusters/\(foreign)", ["name": "B"], writer, 404),
                (.delete, "/clusters/\(foreign)", nil, writer, 404), (.delete, "/clusters/\(own)", nil, inside, 403),
                (.delete, "/clusters/\(own)", nil, reader, 403), (.delete, "/clusters/\(own)", nil, writer, 204),
                (.delete, "/clusters/\(own)", nil, writer, 404),
            ]
            for (method, path, body, key, status) in cases {
                let answer = await server.ask(method, path, body, key: key)
                #expect(answer.status == status, "\(method) \(path) \(body ?? .null): \(answer.text)")
            }
            let slugs = await server.call(.get, "/tenants?partner_id=\(partner)").json["data"]?.items ?? []
            #expect(slugs.map { $0["slug"]?.text } == ["shop-co", "shop-co-2", "a"])
            // By that name they are written, and by no other.
            let native = await server.ask(.patch, "/tenants/\(foreign)", ["name": "B"], key: platform)
            #expect(native.status == 403)
        }
    }
}
