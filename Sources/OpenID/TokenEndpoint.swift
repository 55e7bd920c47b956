import Endpoints
import Engine
import Identity
import Wire

/// Answers token requests (RFC 6749 §3.2, §4.4).
struct TokenEndpoint: Sendable {
    /// The same for every issuer: entries tell the issuers apart by their chains.
    static let name = "oauth.token"

    let instance: Instance
    let settings: OpenIDSettings

    func answer(_ request: Request, at issuer: AskedIssuer) async -> Response {
        do throws(OAuthError) {
            let client = try ClientRequest(request, endpoint: Self.name, macKey: instance.macKey)
            guard let grant = client.form.given("grant_type") else {
                throw .invalidRequest("grant_type is missing")
            }
            guard grant == "client_credentials" else {
                throw OAuthError(
                    error: "unsupported_grant_type",
                    description: "The grant types supported are: client_credentials"
                )
            }
            return try await issue(client, at: issuer)
        } catch {
            return error.response
        }
    }

    private func issue(_ client: ClientRequest, at issuer: AskedIssuer) async throws(OAuthError) -> Response {
        let ring = instance.keyRing
        guard let key = ring.current else {
            throw OAuthError(
                status: 503,
                error: "temporarily_unavailable",
                description: "There is no key to sign a token with at present; try again",
                retryAfterSeconds: 1
            )
        }
        let command = IssueToken(
            issuer: asked(issuer, client.form),
            proof: client.proof,
            scopes: try scopes(client.form),
            resources: try resources(client.form),
            baseURL: settings.baseURL,
            signingKey: key.id
        )
        let receipt: Receipt<AccessToken>
        do throws(Refusal) {
            receipt = try await instance.perform(command, by: client.caller)
        } catch {
            throw OAuthError(error)
        }
        guard case .done(let token) = receipt.result,
            let text = try? await ring.sign(token.claims, with: key.id, as: token.typ)
        else { throw OAuthError(.failed) }
        return response(text, token, index: receipt.index)
    }

    /// At the root a client may say in which tenant its token is to act.
    private func asked(_ issuer: AskedIssuer, _ form: Parameters) -> AskedIssuer {
        switch issuer {
        case .root, .rootFor: form.given("tenant").map { .rootFor(tenant: $0) } ?? .root
        case .platform, .tenant: issuer
        }
    }

    /// RFC 6749 §3.3: scopes stand apart by single spaces; one that stands twice is one.
    private func scopes(_ form: Parameters) throws(OAuthError) -> [String]? {
        guard let text = form.given("scope") else { return nil }
        var scopes: [String] = []
        for part in text.split(separator: " ") {
            let scope = String(part)
            guard Scope.check(scope) == nil, scopes.count < FieldKind.listItemsMax else {
                throw OAuthError(error: "invalid_scope", description: "The scope is malformed, or names too many")
            }
            if !scopes.contains(where: { $0.bytesEqual(scope) }) { scopes.append(scope) }
        }
        return scopes.isEmpty ? nil : scopes
    }

    private static let resourcesMax = 8
    private static let resourceBytesMax = 512

    /// RFC 8707 §2: an absolute URI without a fragment.
    private func resources(_ form: Parameters) throws(OAuthError) -> [String] {
        let resources = form.values("resource").filter { !$0.isEmpty }
        let sound = resources.allSatisfy { text in
            text.utf8.count <= Self.resourceBytesMax && text.contains(":") && !text.contains("#")
                && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && text.first?.isLetter == true
        }
        guard sound, resources.count <= Self.resourcesMax else {
            throw OAuthError(error: "invalid_target", description: "resource must be an absolute URI without fragment")
        }
        return resources
    }

    private func response(_ text: String, _ token: AccessToken, index: UInt64) -> Response {
        var out = JSONWriter(reservingBytes: 1_024)
        out.beginObject()
        out.key("access_token")
        out.string(text)
        out.key("token_type")
        out.string("Bearer")
        out.key("expires_in")
        out.integer(token.expiresAtSeconds - token.issuedAtSeconds)
        if !token.scopes.isEmpty {
            out.key("scope")
            out.string(token.scopes.joined(separator: " "))
        }
        out.endObject()
        // RFC 6749 §5.1: no cache keeps a token.
        let headers: [(name: String, value: String)] = [
            ("cache-control", "no-store"), ("pragma", "no-cache"), ("muniment-index", String(index)),
        ]
        return .json(200, out.bytes, headers: headers)
    }
}
