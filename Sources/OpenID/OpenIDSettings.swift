package import Engine

/// What the OAuth endpoints need to know of the deployment.
package struct OpenIDSettings: Sendable {
    /// The root of every issuer and link: configured, never read off a request.
    package var baseURL: BaseURL

    package init(baseURL: BaseURL) { self.baseURL = baseURL }
}
