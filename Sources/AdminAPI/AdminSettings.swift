package import Engine

/// What the admin API must know of its deployment.
package struct AdminSettings: Sendable {
    /// Where clients reach the server, and whom tokens name as their issuer: configured, never read off a request.
    package var baseURL: BaseURL
    /// The product's version, as the OpenAPI document names it.
    package var version: String

    package init(baseURL: BaseURL, version: String) {
        self.baseURL = baseURL
        self.version = version
    }
}
