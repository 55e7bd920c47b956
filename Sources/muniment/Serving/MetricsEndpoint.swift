import AdminAPI
import Endpoints
import Web

/// `/metrics`: measurements as Prometheus reads them, open, or for a token with a scope of the operator's choice.
struct MetricsEndpoint: Sendable {
    static let name = "metrics.read"

    /// Who may read; `nil` lets everybody.
    let gate: ScopeGate?
    let text: @Sendable () -> [UInt8]

    var endpoint: Endpoint {
        Endpoint(
            .get,
            "/metrics",
            name: Self.name,
            access: gate.map { .bearer(anyOf: [$0.scope]) } ?? .open,
            "Measurements in the Prometheus text format",
            replies: [Endpoint.Reply(200, "The measurements", .string(), mediaType: PrometheusMetrics.mediaType)],
            // Whoever watches must see just when others are turned away; to look at a token is work like any other.
            isAnsweredUnderOverload: gate == nil,
            answer: { request, _ in
                if let refusal = gate?.refusal(request) { return refusal }
                return Response(status: 200, headers: [("content-type", PrometheusMetrics.mediaType)], body: text())
            }
        )
    }
}
