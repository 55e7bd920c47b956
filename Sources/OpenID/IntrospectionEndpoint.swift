import Endpoints
import Engine
import Identity
import Wire

/// Tells a client about its own tokens, and about those that are for it (RFC 7662).
struct IntrospectionEndpoint: Sendable {
    /// The same for every issuer: entries tell the issuers apart by their chains.
    static let name = "oauth.introspect"

    let instance: Instance

    func answer(_ request: Request, at issuer: AskedIssuer) async -> Response {
        do throws(OAuthError) {
            let client = try ClientRequest(request, endpoint: Self.name, macKey: instance.macKey)
            guard let text = client.form.given("token") else { throw .invalidRequest("token is missing") }
            let token = instance.keyRing.verify(text, now: instance.world.wall())
            let inspection = InspectToken(proof: client.proof, token: token, issuer: issuer)
            return response(try await inspect(inspection, client.caller))
        } catch {
            return error.response
        }
    }

    private func inspect(_ inspection: InspectToken, _ caller: Caller) async throws(OAuthError) -> AccessToken? {
        do throws(Refusal) {
            return try await instance.inspect(inspection, by: caller)
        } catch {
            throw OAuthError(error)
        }
    }

    /// §2.2: of a token that is not active nothing is told but that.
    private func response(_ token: AccessToken?) -> Response {
        guard let token else { return .json(200, Array(#"{"active":false}"#.utf8)).adding("cache-control", "no-store") }
        var out = JSONWriter(reservingBytes: 512)
        out.beginObject()
        out.key("active")
        out.bool(true)
        if !token.scopes.isEmpty {
            out.key("scope")
            out.string(token.scopes.joined(separator: " "))
        }
        out.key("client_id")
        out.string(token.clientID.text)
        out.key("sub")
        out.string(token.subject)
        out.key("iss")
        out.string(token.issuer)
        if token.audience.count == 1 {
            out.key("aud")
            out.string(token.audience[0])
        } else if !token.audience.isEmpty {
            out.key("aud")
            out.json(.array(token.audience.map(JSON.string)))
        }
        out.key("exp")
        out.integer(token.expiresAtSeconds)
        out.key("iat")
        out.integer(token.issuedAtSeconds)
        out.key("jti")
        out.string(token.id.text)
        out.key("token_type")
        out.string("Bearer")
        // What tool servers go by (RFC 7662 §2.2: members of our own).
        if case .agent = token.clientClaims { token.clientClaims.write(to: &out) }
        if let tenant = token.tenantID {
            out.key("tenant_id")
            out.string(tenant.text)
        }
        out.endObject()
        return .json(200, out.bytes).adding("cache-control", "no-store")
    }
}
