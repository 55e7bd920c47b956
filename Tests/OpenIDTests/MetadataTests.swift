import Endpoints
import Engine
import OpenID
import Testing
import Wire

/// Each issuer says what it is wherever it is looked for, and nothing that does not exist.
struct MetadataTests {
    @Test(arguments: [
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
        "/api/v1/platform/oauth/.well-known/openid-configuration",
    ])
    func `the platform has one document`(path: String) async throws {
        let provider = try await Provider(seed: 11)
        let document = await provider.get(path).json
        #expect(document["issuer"]?.text == Provider.baseURL)
        #expect(document["authorization_endpoint"] == nil)
        #expect(document["scopes_supported"] == .array(Provider.platformScopes.map(JSON.string)))
        for member in ["token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"] {
            let url = try #require(document[member]?.text)
            #expect(url.hasPrefix(Provider.baseURL))
            // What is named is served: a GET of a POST endpoint is a wrong method, never unknown.
            #expect(await provider.get(String(url.dropFirst(Provider.baseURL.count))).status != 404)
        }
        try await provider.instance.close()
    }

    @Test(arguments: [
        "/tenants/tnt_nobody/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/tenants/tnt_nobody",
        "/api/v1/auth/tenants/nobody/.well-known/openid-configuration",
        "/api/v1/auth/tenants/nobody/.well-known/jwks.json", "/tenants/garbage/.well-known/openid-configuration",
    ])
    func `an unknown tenant is 404`(path: String) async throws {
        let provider = try await Provider(seed: 12)
        #expect(await provider.get(path).status == 404)
        try await provider.instance.close()
    }

    @Test(arguments: [
        "/keys", "/api/v1/platform/.well-known/jwks.json", "/api/v1/platform/oauth/.well-known/jwks.json",
    ])
    func `every key set is the same, without a private half`(path: String) async throws {
        let provider = try await Provider(seed: 13)
        let keys = try #require(await provider.get(path).json["keys"]?.items)
        #expect(keys.count == 2, "the current key and the next")
        for key in keys {
            #expect(key["d"] == nil)
            #expect(key["kid"]?.text != nil && key["use"]?.text == "sig" && key["alg"]?.text == "EdDSA")
        }
        try await provider.instance.close()
    }
}
