import Engine
import Web

/// What whoever comes to the server first is told: at its address, and where it was started.
struct ServerGuide {
    static let summary = "An identity server whose database is its audit log."

    private static let documents = [
        FrontPage.Link("openapi", "/openapi.json", "What can be asked of it (OpenAPI)"),
        FrontPage.Link("discovery", "/.well-known/openid-configuration", "How clients get tokens (discovery)"),
        FrontPage.Link("keys", "/keys", "The keys that verify its tokens"),
        FrontPage.Link("health", "/health", "Whether it can do its work"),
        FrontPage.Link("integrity", "/health/integrity", "How far its ledger was checked and signed for"),
    ]
    private static let metrics = FrontPage.Link("metrics", "/metrics", "Measurements (Prometheus)")

    let baseURL: BaseURL
    let metricsAreOpen: Bool

    var page: FrontPage {
        FrontPage(
            title: "Muniment",
            version: Muniment.version,
            summary: Self.summary,
            baseURL: baseURL.description,
            links: Self.documents + (metricsAreOpen ? [Self.metrics] : [])
        )
    }

    /// Lines below the one that says where the server listens; nothing in them is secret.
    var guide: String {
        """
          start page   \(baseURL)/
          documents    \(baseURL)/openapi.json, \(baseURL)/.well-known/openid-configuration
          key set      \(baseURL)/keys
          health       \(baseURL)/health
          first token  MUNIMENT_CLIENT_SECRET=SECRET muniment token --base-url \(baseURL) --client-id ID
                       with ID and SECRET of the service that muniment init printed
          to stop      SIGTERM or Ctrl-C
        """
    }
}
