import Endpoints
import Identity

// An endpoint of the admin API is one line: method, path, permission, sentence, operation.
extension Endpoint {
    static func get(_ path: String, _ permission: Permission, _ summary: String, _ operation: Operation) -> Self {
        admin(.get, path, permission, summary, operation, [.asOf, .minIndex])
    }

    static func post(_ path: String, _ permission: Permission, _ summary: String, _ operation: Operation) -> Self {
        admin(.post, path, permission, summary, operation, [.idempotencyKey, .reason(operation)])
    }

    static func patch(_ path: String, _ permission: Permission, _ summary: String, _ operation: Operation) -> Self {
        admin(.patch, path, permission, summary, operation, [.ifMatch, .reason(operation)])
    }

    static func delete(_ path: String, _ permission: Permission, _ summary: String, _ operation: Operation) -> Self {
        admin(.delete, path, permission, summary, operation, [.ifMatch, .reason(operation)])
    }

    private static func admin(
        _ method: Request.Method,
        _ path: String,
        _ permission: Permission,
        _ summary: String,
        _ operation: Operation,
        _ common: [Parameter],
    ) -> Self {
        var operation = operation
        operation.parameters += common + (permission.right == .write ? [.preview, .agreed] : [])
        operation.parameters += [.version(isRequired: false)]
        let whole = operation
        var endpoint = Endpoint(
            method,
            PathTemplate("/api/v1/admin" + path),
            name: operation.name,
            access: .bearer(anyOf: permission.scopes(at: .platform) + permission.scopes(at: .tenant)),
            summary,
            parameters: operation.parameters,
            body: operation.body.described,
            replies: operation.replies + (permission.right == .write ? [.preview, .planMoved] : []) + errors(operation),
            isBrief: operation.isBrief,
        ) { request, path in
            await whole.answer(request, path, permission)
        }
        endpoint.takesKeys = true
        return endpoint
    }

    /// The same endpoint at another path.
    func at(_ alias: String, insteadOf word: String) -> Self {
        var other = self
        other.path = PathTemplate(path.description.replacing("/\(word)", with: "/\(alias)"))
        return other
    }

    /// What any admin endpoint may answer, in the order in which requests are judged.
    private static func errors(_ operation: Operation) -> [Reply] {
        let body: [(Int, String)] =
            switch operation.body {
            case .none: []
            case .optional, .required:
                [
                    (413, "The body is too large"), (415, "The body is not JSON, or is compressed"),
                    (400, "The body is malformed JSON"),
                ]
            }
        let before =
            [
                (400, "There is no such API-Version, or there are two credentials"),
                (401, "The credential proves nobody"), (403, "The caller may not do this"),
            ] + body
        let after = [
            (429, "The caller has made as many requests as it may in a minute"), (500, "Our fault"),
            (503, "Try again later"), (507, "The disk is full"),
        ]
        let replies = { (texts: [(Int, String)]) in texts.map { Reply($0.0, $0.1, .named("Problem")) } }
        return replies(before) + [Reply(422, "A value means nothing here", .named("HTTPValidationError"))]
            + replies(after)
    }
}

extension Endpoint.Reply {
    static let absent = Self(404, "There is nothing by that name", .named("Problem"))
    static let conflict = Self(409, "The state does not allow it", .named("Problem"))
    static let preview = Self(200, "With preview=true: what it would do", .data(PlanJSON.name))
    static let planMoved = Self(409, "With Muniment-Preview: what it would do instead now", .moved(PlanJSON.name))
    static let moved = Self(412, "The resource is no longer the version in If-Match", .named("Problem"))
    static let notModified = Self(304, "It is of the version in If-None-Match, which the reader has")
}

extension [Endpoint.Reply] {
    /// A page of a list, which is a table to who would rather have that.
    static func page(_ summary: String, of noun: String) -> Self {
        [.init(200, summary, .page(of: noun)), .init(200, summary, .string(), mediaType: CSVDialect.mediaType)]
    }
}

extension Endpoint.Parameter {
    static let page = Self("page", in: .query, "From 1", .integer(min: 1, max: numberMax))
    static let perPage = Self("per_page", in: .query, "Items on a page; 20 when left out", .integer(min: 1, max: 100))
    static let minIndex = Self(
        "min_index",
        in: .query,
        "Wait, up to five seconds, until this index can be read",
        .integer(min: 0, max: numberMax)
    )
    static let asOf = Self(
        "as_of",
        in: .query,
        "Answer as of this index, or this time with its zone: what was after the last command until then",
        moment
    )
    static let from = Self("from", in: .query, "The earlier moment, named as in as_of", moment, required: true)
    static let to = Self("to", in: .query, "The later moment; now, or as_of, when left out", moment)
    static let related = Self("related", in: .query, "Tell what changed of what hangs on it too", .boolean)

    /// An index, or a time with its zone.
    private static let moment = Schema.string(
        maxLength: 64,
        pattern: "^([0-9]{1,19}|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2}))$"
    )
    static func version(isRequired: Bool) -> Self {
        Self(
            "API-Version",
            in: .header,
            "The version of this contract",
            .choice([APIVersion.present]),
            required: isRequired
        )
    }
    static let cascade = Self("cascade", in: .query, "Delete what is below it too", .boolean)

    static let ifMatch = Self(
        "If-Match",
        in: .header,
        "The ETag of the version that the change is meant for",
        .string()
    )
    static let ifNoneMatch = Self(
        "If-None-Match",
        in: .header,
        "The ETag of the version that the reader has: then 304 without the content",
        .string()
    )
    static let idempotencyKey = Self(
        "Idempotency-Key",
        in: .header,
        "A name for this request, so that it can be repeated for a day",
        .string(minLength: 1, maxLength: 255)
    )
    static func reason(_ operation: Operation) -> Self {
        Self(
            "Muniment-Reason",
            in: .header,
            "Why, in percent-encoded UTF-8; kept sealed with the entry",
            .string(maxLength: Reason.charactersMax),
            required: operation.demandsReason || operation.admin.settings.requiresReason
        )
    }

    /// The largest number that every reader of JSON holds exactly.
    static let numberMax: Int64 = 9_007_199_254_740_991
}
