import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// Who sees a tenant now sees its whole past, the time under a former partner included; the former partner sees nothing
/// of it any more.
struct FormerPartnerTests {
    /// A tenant that has moved, with a person in it, and a token of each partner's own application.
    private struct Moved {
        let old: String
        let new: String
        let tenant: String
        let user: String
        /// By partner: tokens got at the issuer of a tenant that stays with it.
        let tokens: [String]
        let joined: UInt64
        let left: UInt64

        init(_ server: Server) async throws {
            (old, new) = (try await server.partner("old"), try await server.partner("new"))
            tenant = try await server.tenant("mover", of: old)
            joined = server.instance.lastIndex
            let body: JSON = ["tenant_id": .string(tenant), "email": "ann@x.example"]
            user = try await server.make("/users", body).id
            _ = await server.call(.patch, "/users/\(user)", ["first_name": "Then"])
            left = server.instance.lastIndex
            _ = await server.call(.patch, "/tenants/\(tenant)", ["partner_id": .string(new)])
            tokens = [
                try await Self.token(server, of: old, at: "stays-old"), try await Self.token(server, of: new, at: nil),
            ]
        }

        /// - Parameter slug: of a tenant to make first; else the issuer is the tenant's that moved.
        private static func token(_ server: Server, of partner: String, at slug: String?) async throws -> String {
            if let slug { _ = try await server.tenant(slug, of: partner) }
            let scopes = ["tenants:read", "users:read", "audit:read"]
            let application = try await server.partnerApplication(partner, scopes)
            return try await server.token(application, issuer: .tenant(slug: slug ?? "mover"))
        }

        var paths: [String] {
            [
                "/tenants/\(tenant)?as_of=\(left)", "/users/\(user)?as_of=\(left)", "/tenants/\(tenant)/history",
                "/users/\(user)/history", "/users/\(user)/history?related=true&as_of=\(left)",
                "/users/\(user)/access?as_of=\(left)", "/diff?scope=\(tenant)&from=\(joined)&to=\(left)",
                "/diff?scope=\(user)&from=\(joined)&to=\(left)",
                "/access?scope=\(tenant)&scope_name=users:read&as_of=\(left)",
                "/audit?tenant_id=\(tenant)&as_of=\(left)",
                "/users?tenant_id=\(tenant)&as_of=\(left)",
            ]
        }
    }

    @Test func `L4 the whole past is shown to who reaches it now, and nothing to a former partner`() async throws {
        try await Server.run { server in
            let moved = try await Moved(server)
            for path in moved.paths {
                let old = await server.call(.get, path, token: moved.tokens[0])
                #expect(old.text == #"403 {"detail":"Access denied"}"#, "\(path)")
                let new = await server.call(.get, path, token: moved.tokens[1])
                #expect(new.status == 200, "\(path): \(new.text)")
                #expect(new.json["data"]?.isNull == false, "\(path)")
            }
            let history = await server.call(.get, "/users/\(moved.user)/history", token: moved.tokens[1])
            #expect(history.json.total == 2)
        }
    }

    @Test func `L4 a comparison of the former partner tells who reaches the tenant that it moved`() async throws {
        try await Server.run { server in
            let moved = try await Moved(server)
            for partner in [moved.old, moved.new] {
                let answer = await server.call(.get, "/diff?scope=\(partner)&from=\(moved.left)&per_page=100")
                let line = answer.json["data"]?.items?.first { $0["resource_id"]?.text == moved.tenant }
                #expect(line?["change"] == "moved", "\(answer.text)")
                let whole = await server.call(.get, "/diff?scope=\(partner)&from=\(moved.joined)&per_page=100")
                let ids = whole.json["data"]?.items?.compactMap { $0["resource_id"]?.text } ?? []
                #expect(ids.contains(moved.user), "its time under the former partner is part of its past")
            }
        }
    }

    @Test func `L14 no filter, cursor, table or error text tells a tenant of another one's past`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let (own, other) = (
                try await server.tenant("own", of: partner), try await server.tenant("other", of: partner)
            )
            let scopes = ["tenants:read", "users:read", "groups:read", "applications:read", "audit:read"]
            let token = try await server.tenantToken(own, slug: "own", scopes)
            let body: JSON = ["tenant_id": .string(other), "email": "hidden@x.example", "first_name": "Hiddenname"]
            let user = try await server.make("/users", body).id
            let application = try await server.tenantApplication(other, ["orders:read"], ["name": "Hiddenname"]).id
            let last = server.instance.lastIndex
            for path in [
                "/users/\(user)/history?page=2&per_page=1", "/users/\(user)/history?related=true",
                "/tenants/\(other)/history", "/applications/\(application)/history?as_of=\(last)",
                "/users/\(user)/access", "/applications/\(application)/access", "/diff?scope=\(other)&from=0",
                "/diff?scope=\(user)&from=0&to=\(last)", "/diff?scope=\(partner)&from=0", "/diff?scope=platform&from=0",
                "/access?scope=\(other)&scope_name=orders:read", "/access?scope=\(user)&scope_name=orders:read",
                "/access?scope=platform&scope_name=admin:write",
            ] {
                for accept in ["application/json", "text/csv"] {
                    let answer = await server.call(.get, path, token: token, headers: [("accept", accept)])
                    #expect(answer.text == #"403 {"detail":"Access denied"}"#, "\(path): \(answer.text)")
                }
            }
            for path in ["/diff?scope=\(own)&from=0", "/access?scope=\(own)&scope_name=orders:read"] {
                let answer = await server.call(.get, "\(path)&per_page=100", token: token)
                #expect(
                    answer.status == 200 && !answer.text.contains("idden@") && !answer.text.contains("Hiddenname"),
                    "\(path): \(answer.text)"
                )
            }
        }
    }
}
