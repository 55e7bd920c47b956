import Endpoints
import Engine
import Identity
import Web
import Wire

/// `/metrics`: measurements as Prometheus reads them, open, or for a token with a scope of the operator's choice.
struct MetricsEndpoint: Sendable {
    /// Who may read.
    struct Gate: Sendable {
        let instance: Instance
        let baseURL: BaseURL
        /// `nil` lets everybody.
        let scope: String?
    }

    let gate: Gate
    let text: @Sendable () -> [UInt8]

    var endpoint: Endpoint {
        Endpoint(
            .get,
            "/metrics",
            name: "metrics.read",
            access: gate.scope.map { .bearer(anyOf: [$0]) } ?? .open,
            "Measurements in the Prometheus text format",
            replies: [Endpoint.Reply(200, "The measurements", .string(), mediaType: PrometheusMetrics.mediaType)],
            answer: { request, _ in
                if let refusal = gate.refusal(request) { return refusal }
                return Response(status: 200, headers: [("content-type", PrometheusMetrics.mediaType)], body: text())
            }
        )
    }
}

extension MetricsEndpoint.Gate {
    fileprivate func refusal(_ request: Request) -> Response? {
        guard let scope else { return nil }
        do {
            let authorization = try Authorization(request)
            // RFC 6750 §3.1: a request without credentials is told no error code.
            guard authorization != .absent else { return Self.response(401, nil) }
            guard case .bearer(let token) = authorization else { throw Rejection.invalidToken }
            let caller = try instance.authenticate(
                token.text,
                baseURL: baseURL,
                request: Caller.Request(id: request.id, endpoint: "metrics.read")
            )
            try instance.read { try caller.token?.requireStanding($0) }
            return Scope.holds(caller.authority.scopes, scope) ? nil : Self.response(403, "insufficient_scope")
        } catch {
            return Self.response(401, "invalid_token")
        }
    }

    /// RFC 6750 §3: the challenge says what is wrong.
    private static func response(_ status: Int, _ code: String?) -> Response {
        let detail: JSON = ["detail": status == 401 ? "Not authenticated" : "Insufficient scope"]
        let challenge = code.map { "Bearer error=\"\($0)\"" } ?? "Bearer"
        return .json(status, detail.compact, headers: [("www-authenticate", challenge)])
    }
}
