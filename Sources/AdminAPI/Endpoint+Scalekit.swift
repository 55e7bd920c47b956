import Endpoints
import Identity

// An endpoint of Scalekit's contract is one line too; what an operation takes beside its own is that of the admin API.
extension Endpoint {
    static func scalekit(
        _ method: Request.Method,
        _ path: String,
        _ permission: Permission,
        _ summary: String,
        _ operation: Operation,
    ) -> Self {
        var operation = operation
        operation.parameters += common(method, operation) + (permission.right == .write ? [.preview, .agreed] : [])
        let whole = operation
        return Endpoint(
            method,
            PathTemplate("/api/v1" + path),
            name: operation.name,
            access: .bearer(anyOf: permission.scopes(at: .platform) + permission.scopes(at: .tenant)),
            summary,
            dialect: .status,
            parameters: operation.parameters,
            body: operation.body.described,
            replies: operation.replies + (permission.right == .write ? [.plan] : []) + refusals(operation),
            isBrief: operation.isBrief,
        ) { request, path in
            await whole.answer(request, path, permission)
        }
    }

    private static func common(_ method: Request.Method, _ operation: Operation) -> [Parameter] {
        switch method {
        case .get: [.asOf, .minIndex]
        case .post: [.idempotencyKey, .reason(operation)]
        case .patch, .put, .delete: [.ifMatch, .reason(operation)]
        }
    }

    /// What any of them may answer, in the order in which requests are judged.
    private static func refusals(_ operation: Operation) -> [Reply] {
        let body: [(Int, String)] =
            switch operation.body {
            case .none: []
            case .optional, .required: [(413, "The body is too large"), (415, "It is not JSON, or is compressed")]
            }
        let texts =
            [(401, "The access token proves nobody"), (403, "The caller may not do this")] + body + [
                (400, "A value means nothing here, or the state does not allow it"),
                (404, "There is nothing by that name, or not within reach"),
                (409, "Another version than in If-Match, or a taken identifier"),
                (429, "The caller has made as many requests as it may in a minute"), (500, "Our fault"),
                (503, "Try again later"),
            ]
        return texts.map { Reply($0.0, $0.1, .named("ScalekitStatus")) }
    }
}

extension Endpoint.Reply {
    fileprivate static let plan = Self(
        200,
        "With preview=true: what it would do",
        .named(SchemaName.of(PlanJSON.name))
    )
}
