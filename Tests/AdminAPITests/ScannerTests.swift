import Endpoints
import Engine
import EventLog
import OpenID
import OpenSSL
import Testing
import Wire

struct ScannerTests {
    @Test func `L13 no secret, token or address of a person stands in any entry`() async throws {
        try await Server.run { server in
            var confided = [server.founded.clientSecret, server.founded.password, server.token, Server.email]
            let partner = try await server.partner("scanned", ["contact_email": "contact@scanned.example"])
            confided.append("contact@scanned.example")
            let tenant = try await server.tenant("scanned", of: partner, ["contact_email": "other@scanned.example"])
            confided.append("other@scanned.example")
            let headers = [
                (name: "idempotency-key", value: "a-key-of-the-client"),
                (name: "muniment-reason", value: "for-a-reason"),
            ]
            confided += headers.map(\.value)
            let made = await server.call(
                .post,
                "/applications",
                [
                    "name": "Scanned", "application_type": "WEB", "scope": "TENANT", "tenant_id": .string(tenant),
                    "allowed_scopes": ["applications:write"],
                ],
                headers: headers
            )
            let data = try #require(made.json["data"])
            let secret = try #require(data["client_secret"]?.text)
            confided += [secret, Base64URL.encode(Array(secret.utf8)), Hex.encode(Array(secret.utf8))]
            confided.append(try await server.token(data.id, secret, issuer: .tenant(slug: "scanned")))
            let rotated = await server.call(
                .post,
                "/applications/\(data.id)/rotate-secret",
                ["overlap_seconds": 5],
                headers: [headers[1]]
            )
            confided.append(try #require(rotated.json["data"]?["client_secret"]?.text))
            _ = await server.call(.post, "/signing-keys/rotate")
            _ = await server.call(.get, "/tenants?search=a-person")
            confided.append("a-person")
            _ = await server.call(.get, "/audit?actor_email=\(Server.email)&ip_address=198.51.100.7")
            confided.append("198.51.100.7")
            _ = await server.call(.get, "/partners", token: "not-a-token.at.all")
            _ = await server.call(.patch, "/partners/\(partner)", ["contact_email": "third@scanned.example"])
            confided.append("third@scanned.example")

            for entry in try server.entries() {
                let text = String(decoding: entry.encoded, as: UTF8.self)
                for word in confided { #expect(!text.contains(word), "\(entry.type) tells \(word)") }
                #expect(!text.contains("$argon2"), "\(entry.type)")
                #expect(!text.contains("BEGIN"), "\(entry.type)")
            }
        }
    }
}
