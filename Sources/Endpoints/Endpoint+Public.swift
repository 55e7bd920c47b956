// Documents that pages of any origin may read.
extension Endpoint {
    /// Whether scripts of any page may read it.
    ///
    /// It holds nothing that depends on who asks, so credentials are neither asked for nor let through (Fetch §3.2).
    package var isPublicDocument: Bool { sharing == .everyOrigin }

    /// The same document for scripts of any page; whoever has this edition is told so without its content.
    package func asPublicDocument() -> Endpoint {
        var shared = self
        shared.sharing = .everyOrigin
        shared.answer = { [answer] request, path in
            await answer(request, path).tagged(for: request).adding("access-control-allow-origin", "*")
        }
        return shared
    }
}

extension Response {
    /// How long a browser may keep what it is told here, in seconds: two hours is the most that any takes.
    private static let preflightSeconds = 7_200

    /// The answer to a browser that asks before it sends a page's request (Fetch §3.2.2): what any page may send.
    package static func preflight(_ allowed: [Request.Method]) -> Response {
        let methods = allowed.map(\.rawValue).joined(separator: ", ")
        return Response(
            status: 204,
            headers: [
                ("allow", methods), ("access-control-allow-origin", "*"), ("access-control-allow-methods", methods),
                ("access-control-allow-headers", "*"), ("access-control-max-age", "\(preflightSeconds)"),
            ]
        )
    }
}
