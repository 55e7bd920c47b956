import Endpoints
import Testing

@Suite struct EndpointTableTests {
    private static func endpoint(_ method: Request.Method, _ path: PathTemplate, _ name: String) -> Endpoint {
        let dialect: Endpoint.Dialect = name.hasPrefix("oauth") ? .oauth : .detail
        return Endpoint(method, path, name: name, access: .open, "", dialect: dialect, replies: []) { _, _ in
            Response(status: 200)
        }
    }

    private let table = EndpointTable([
        endpoint(.get, "/health", "health.read"),
        endpoint(.get, "/tenants", "tenants.list"),
        endpoint(.post, "/tenants", "tenants.create"),
        endpoint(.get, "/tenants/{id}", "tenants.read"),
        endpoint(.delete, "/tenants/{id}", "tenants.delete"),
        endpoint(.get, "/tenants/search", "tenants.search"),
        endpoint(.get, "/tenants/{id}/keys/{key}", "keys.read"),
        endpoint(.post, "/oauth/token", "oauth.token"),
    ])

    private func describe(_ route: EndpointTable.Route) -> String {
        switch route {
        case .endpoint(let endpoint, let parameters):
            ([endpoint.name] + parameters.values.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
        case .wrongMethod(let allowed, let dialect):
            "\(allowed.map(\.rawValue).joined(separator: ",")) \(dialect)"
        case .preflight(let allowed): "preflight \(allowed.map(\.rawValue).joined(separator: ","))"
        case .unknown: "unknown"
        }
    }

    @Test(
        arguments: [
            (.get, "/health", "health.read"),
            (.get, "/health/", "health.read"),
            (.get, "/health//", "unknown"),
            (.get, "//health", "health.read"),
            (.get, "///health", "unknown"),
            (.get, "//tenants/tnt_1", "tenants.read id=tnt_1"),
            (.get, "/Health", "unknown"),
            (.get, "/", "unknown"),
            (.get, "", "unknown"),
            (.get, "health", "unknown"),
            (.get, "/tenants/tnt_1", "tenants.read id=tnt_1"),
            (.get, "/tenants/tnt_1/", "tenants.read id=tnt_1"),
            (.get, "/tenants/search", "tenants.search"),
            (.delete, "/tenants/search", "GET detail"),
            (.get, "/tenants/search/keys/k", "keys.read id=search key=k"),
            (.get, "/tenants//keys/k", "unknown"),
            (.get, "/tenants/t/keys", "unknown"),
            (.get, "/tenants/%2e%2e", "tenants.read id=%2e%2e"),
            (.put, "/tenants", "GET,POST detail"),
            (nil, "/tenants/", "GET,POST detail"),
            (.get, "/oauth/token", "POST oauth"),
            (nil, "/nowhere", "unknown"),
        ] as [(Request.Method?, String, String)]
    )
    func `a request is led to its endpoint`(method: Request.Method?, path: String, expected: String) {
        #expect(describe(table.route(method, path)) == expected)
    }

    @Test func `two endpoints for one request are a mistake`() async {
        await #expect(processExitsWith: .failure) {
            _ = EndpointTable(
                ["/a/{x}", "/a/{y}"].map { path in
                    Endpoint(.get, PathTemplate(path), name: "a", access: .open, "", replies: []) { _, _ in
                        Response(status: 200)
                    }
                }
            )
        }
    }
}
