import Engine
import Identity
import Wire

/// What an issuer says of itself (RFC 8414, OpenID Connect Discovery 1.0): only what exists today.
struct Metadata {
    let issuer: String
    let tokenEndpoint: String
    let introspectionEndpoint: String
    let revocationEndpoint: String
    let keySet: String
    let scopes: [String]

    /// The platform's document, the same at each of its addresses.
    static func platform(_ settings: OpenIDSettings) -> Self {
        let base = settings.baseURL
        return Self(
            issuer: Issuer.text(of: .platform, base: base),
            tokenEndpoint: "\(base)/oauth/token",
            introspectionEndpoint: "\(base)/oauth/introspect",
            revocationEndpoint: "\(base)/oauth/revoke",
            keySet: "\(base)/keys",
            scopes: settings.platformScopes
        )
    }

    static func tenant(_ id: TenantID, slug: String, _ settings: OpenIDSettings) -> Self {
        let base = settings.baseURL
        let address = "\(base)/api/v1/auth/tenants/\(slug)"
        return Self(
            issuer: Issuer.text(of: .tenant(id), base: base),
            tokenEndpoint: "\(address)/oauth/token",
            introspectionEndpoint: "\(address)/oauth/introspect",
            revocationEndpoint: "\(address)/oauth/revoke",
            keySet: "\(address)/.well-known/jwks.json",
            scopes: settings.tenantScopes
        )
    }

    func document(algorithms: [String]) -> JSON {
        let methods: JSON = ["client_secret_basic", "client_secret_post"]
        return [
            "issuer": .string(issuer),
            "token_endpoint": .string(tokenEndpoint),
            "token_endpoint_auth_methods_supported": methods,
            "introspection_endpoint": .string(introspectionEndpoint),
            "introspection_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": .string(revocationEndpoint),
            "revocation_endpoint_auth_methods_supported": methods,
            "jwks_uri": .string(keySet),
            "grant_types_supported": ["client_credentials"],
            // The member is required even where nothing is authorized through a browser (RFC 8414 §2).
            "response_types_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": .array(algorithms.map(JSON.string)),
            "scopes_supported": .array(scopes.map(JSON.string)),
        ]
    }
}
