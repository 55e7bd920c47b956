/// Every endpoint of the server, and which of them a request means.
package struct EndpointTable: Sendable {
    package enum Route: Sendable {
        case endpoint(Endpoint, PathParameters)
        /// The path exists, but not with this method; RFC 9110 §15.5.6 wants the ones that do in `Allow`.
        case wrongMethod(allowed: [Request.Method], Endpoint.Dialect)
        /// A browser asks what a page may send to a public document.
        case preflight(allowed: [Request.Method])
        case unknown
    }

    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        var parameter: [Node] = []
        var endpoints: [Endpoint] = []
    }

    package let endpoints: [Endpoint]
    private let root: Node
    /// The endpoints of each path without parameters, found by one look-up where a walk would split the path.
    private let literal: [String: [Endpoint]]

    package init(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints
        literal = Dictionary(grouping: endpoints.filter(\.path.parameterNames.isEmpty), by: \.path.description)
        var root = Node()
        for endpoint in endpoints { Self.insert(endpoint, endpoint.path.segments[...], into: &root) }
        self.root = root
    }

    /// The endpoint for a method and a path as sent.
    ///
    /// One slash at the end is the same path, as in the contract; and so is one more at the beginning, for clients that
    /// put a path behind an address which ends with one.
    ///
    /// - Parameter isOptions: whether the method is OPTIONS, which no endpoint has.
    package func route(_ method: Request.Method?, _ path: String, isOptions: Bool = false) -> Route {
        let path = path.hasPrefix("//") ? String(path.dropFirst()) : path
        let route = find(method, path)
        guard isOptions, case .wrongMethod(let allowed, _) = route, isPublic(path) else { return route }
        return .preflight(allowed: allowed)
    }

    private func isPublic(_ path: String) -> Bool {
        if case .endpoint(let endpoint, _) = find(.get, path) { endpoint.isPublicDocument } else { false }
    }

    private func find(_ method: Request.Method?, _ path: String) -> Route {
        if let endpoints = literal[path] { return Self.choose(method, of: endpoints, []) }
        guard path.utf8.first == UInt8(ascii: "/") else { return .unknown }
        var parts = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        var values: [String] = []
        guard let node = Self.find(parts.map { String(Substring($0)) }[...], in: root, &values) else { return .unknown }
        return Self.choose(method, of: node.endpoints, values)
    }

    private static func choose(_ method: Request.Method?, of endpoints: [Endpoint], _ values: [String]) -> Route {
        guard let endpoint = endpoints.first(where: { $0.method == method }) else {
            let allowed = endpoints.map(\.method).sorted { $0.rawValue < $1.rawValue }
            return .wrongMethod(allowed: allowed, endpoints.first?.dialect ?? .detail)
        }
        guard !values.isEmpty else { return .endpoint(endpoint, PathParameters()) }
        let names = endpoint.path.parameterNames
        return .endpoint(endpoint, PathParameters(Array(zip(names, values)).map { (name: $0.0, value: $0.1) }))
    }

    private static func insert(_ endpoint: Endpoint, _ rest: ArraySlice<PathTemplate.Segment>, into node: inout Node) {
        switch rest.first {
        case nil:
            precondition(
                !node.endpoints.contains { $0.method == endpoint.method },
                "two endpoints answer \(endpoint.method.rawValue) \(endpoint.path)",
            )
            node.endpoints.append(endpoint)
        case .literal(let text):
            insert(endpoint, rest.dropFirst(), into: &node.literals[text, default: Node()])
        case .parameter:
            if node.parameter.isEmpty { node.parameter.append(Node()) }
            insert(endpoint, rest.dropFirst(), into: &node.parameter[0])
        }
    }

    /// A literal wins over a parameter; an empty part is never a parameter's value.
    private static func find(_ rest: ArraySlice<String>, in node: Node, _ values: inout [String]) -> Node? {
        guard let part = rest.first else { return node.endpoints.isEmpty ? nil : node }
        if let next = node.literals[part], let found = find(rest.dropFirst(), in: next, &values) { return found }
        guard !part.isEmpty, let next = node.parameter.first else { return nil }
        values.append(part)
        if let found = find(rest.dropFirst(), in: next, &values) { return found }
        values.removeLast()
        return nil
    }
}
