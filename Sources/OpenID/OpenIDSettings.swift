package import Engine

/// What the OAuth endpoints need to know of the deployment.
package struct OpenIDSettings: Sendable {
    /// The root of every issuer and link: configured, never read off a request.
    package var baseURL: BaseURL
    /// The scopes that open an endpoint to tokens of the platform, as its metadata tell.
    package var platformScopes: [String]
    /// The same for tokens of a tenant.
    package var tenantScopes: [String]

    package init(baseURL: BaseURL, platformScopes: [String], tenantScopes: [String]) {
        self.baseURL = baseURL
        self.platformScopes = platformScopes
        self.tenantScopes = tenantScopes
    }
}
