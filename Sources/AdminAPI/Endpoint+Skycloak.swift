import Endpoints
import Identity
import Wire

// An endpoint of the other contract is one line as well: method, path, permission, sentence, operation.
extension Endpoint {
    static func skycloak(
        _ method: Request.Method,
        _ path: String,
        _ permission: Permission,
        _ summary: String,
        _ operation: Operation,
    ) -> Self {
        var operation = operation
        operation.parameters += [.version(isRequired: true)]
        switch method {
        case .get: operation.parameters += [.asOf, .minIndex]
        case .post: operation.parameters += [.idempotencyKey, .reason(operation)]
        case .patch, .delete, .put: operation.parameters += [.reason(operation)]
        }
        let whole = operation
        var endpoint = Endpoint(
            method,
            PathTemplate(path),
            name: operation.name,
            access: .bearer(anyOf: permission.scopes(at: .platform) + permission.scopes(at: .tenant)),
            summary,
            dialect: .problem(types: SkycloakDialect.types(operation.admin.settings.baseURL)),
            parameters: operation.parameters,
            body: operation.body.described,
            replies: operation.replies + Reply.problems,
            isBrief: operation.isBrief,
        ) { request, path in
            await whole.answer(request, path, permission)
        }
        endpoint.takesKeys = true
        return endpoint
    }
}

extension Endpoint.Reply {
    static let problemNoun = "problem_details"

    static let problems = [
        (400, "A header, a parameter or the body's syntax is wrong"), (401, "The credential proves nobody"),
        (403, "The caller may not do this"), (404, "There is nothing by that name"),
        (409, "The state does not allow it"), (413, "The body is too large"),
        (415, "The body is not JSON, or is compressed"), (422, "A value of the body means nothing here"),
        (429, "The workspace has made as many requests as it may"), (500, "Our fault"), (503, "Try again later"),
        (507, "The disk is full"),
    ].map { Self($0, $1, .named(SchemaName.of(problemNoun)), mediaType: Problem.mediaType) }

    static let problemSchema = Schema.object(
        [
            .init("type", .string(format: "uri"), "What kind of problem it is", required: true),
            .init("title", .string(), "The same in words", required: true),
            .init("status", .integer(min: 400, max: 599), required: true),
            .init("detail", .string(), "What to do about it", required: true),
            .init("instance", .string(), "This occurrence"),
            .init(
                "errors",
                .array(
                    .object([
                        .init("field", .string(), required: true),
                        .init("detail", .string(), "What would be accepted", required: true),
                        .init("code", .string(), "A stable name of the fault", required: true),
                    ])
                ),
                "Each value that means nothing"
            ),
        ],
        closed: false
    )
}

extension Endpoint.Parameter {
    static let limit = Self("limit", in: .query, "How many; 25 when left out", .integer(min: 1, max: 100))
    static let offset = Self("offset", in: .query, "How many to pass over", .integer(min: 0, max: numberMax))
    static let order = Self("order", in: .query, "By the time of making; asc when left out", .choice(["asc", "desc"]))
}
