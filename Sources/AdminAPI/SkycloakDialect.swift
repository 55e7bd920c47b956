import Endpoints
import Engine
import Identity
import Wire

/// The dialect of `/api-keys` and `/clusters`: bare objects and arrays, a list's place in its headers (§3.6 of the
/// contract), and problem details for what is refused (RFC 9457).
struct SkycloakDialect: Dialect {
    private let baseURL: BaseURL
    private let path: String
    private let query: String
    private let requestID: String

    init(_ settings: AdminSettings, _ request: Request) {
        baseURL = settings.baseURL
        (path, query, requestID) = (request.path, request.query, request.id)
    }

    /// The address under which the types of problems are told of.
    static func types(_ baseURL: BaseURL) -> String { "\(baseURL)/docs/api/errors" }

    func response(_ answer: Answer) throws -> Response {
        switch answer.content {
        case .one(let item, _, let isNew):
            var out = JSONWriter()
            try item.write(&out)
            return Response.json(isNew ? 201 : 200, out.bytes).at(answer.index)
        case .list(let listing):
            var out = JSONWriter()
            out.beginArray()
            for item in listing.items { try item.write(&out) }
            out.endArray()
            let whole = Response.json(200, out.bytes).adding("total-count", "\(listing.page.total)")
            let links = links(listing.page)
            return (links.isEmpty ? whole : whole.adding("link", links)).at(answer.index)
        case .refused(let rejection, _):
            return response(Refusal.rejected(rejection)).at(answer.index)
        case .done:
            return Response(status: 204).at(answer.index)
        case .kept(let response):
            return response
        case .text(let bytes, let mediaType):
            return Response(status: 200, headers: [("content-type", mediaType)], body: bytes).at(answer.index)
        }
    }

    /// The other parts of a list (RFC 8288), at the same filters.
    private func links(_ page: ListPart) -> String {
        let limit = page.perPage
        guard page.offset > 0 || page.total > limit else { return "" }
        let last = max(0, (page.total - 1) / limit * limit)
        var links = [("first", 0)]
        if page.offset > 0 { links.append(("prev", max(0, page.offset - limit))) }
        if page.total - page.offset > limit { links.append(("next", page.offset + limit)) }
        links.append(("last", last))
        let kept = query.split(separator: "&").filter { !$0.hasPrefix("limit=") && !$0.hasPrefix("offset=") }
        return links.map { relation, offset in
            let all = kept.map(String.init) + ["limit=\(limit)", "offset=\(offset)"]
            return "<\(baseURL)\(path)?\(all.joined(separator: "&"))>; rel=\"\(relation)\""
        }.joined(separator: ", ")
    }

    func response(_ refusal: Refusal) -> Response {
        switch refusal {
        case .rejected(let rejection): response(rejection)
        case .busy(let seconds, let why):
            problem(503, "Try again: \(why)").adding("retry-after", "\(seconds)")
        case .diskFull:
            problem(507, "The disk is full: what must be recorded cannot be done")
        case .refusingWrites:
            // Why stands in /health, for the operator; a client can only wait.
            problem(503, "Writes are refused at present").adding("retry-after", "30")
        case .failed:
            problem(500, "The server failed; tell its operator the X-Request-Id of this answer")
        }
    }

    private func response(_ rejection: Rejection) -> Response {
        switch rejection.kind {
        case .malformed: problem(400, rejection.detail)
        case .invalid(let issues): invalid(issues)
        case .unproven:
            // RFC 9110 §15.5.2: there is a challenge in it, and of the schemes that have a name one is taken here.
            problem(401, rejection.detail).adding("www-authenticate", "Bearer realm=\"muniment\"")
        case .forbidden: problem(403, rejection.detail)
        case .absent: problem(404, rejection.detail)
        case .limit, .conflict: problem(409, rejection.detail)
        case .tooMany(let seconds): problem(429, rejection.detail).adding("retry-after", "\(seconds)")
        case .moved: problem(412, rejection.detail)
        }
    }

    /// Issues told in one answer, and how much of a name that a client made up is repeated in it.
    private static let issuesMax = 100
    private static let fieldBytesMax = 128

    /// A body that means nothing is 422 with each of its fields; parameters and headers are 400 (§3.4 of the contract).
    private func invalid(_ issues: [FieldIssue]) -> Response {
        let told = issues.prefix(Self.issuesMax).map { issue in
            let field = issue.location.dropFirst().joined(separator: ".")
            return (field: ForeignText.clipped(Array(field.utf8), maxBytes: Self.fieldBytesMax), issue: issue)
        }
        if let other = told.first(where: { $0.issue.location.first != "body" }) {
            return problem(400, other.field.isEmpty ? other.issue.message : "\(other.field): \(other.issue.message)")
        }
        var problem = Problem(422, "The request body is not valid", types: types, instance: instance)
        problem.errors = told.map { field, issue in
            ["field": .string(field), "detail": .string(issue.message), "code": .string(issue.type)]
        }
        return problem.response
    }

    func response(_ fault: BodyFault) -> Response {
        switch fault {
        case .tooLarge: problem(413, "The body is larger than \(Endpoint.bodyBytesMax) bytes")
        case .coded:
            // RFC 9110 §15.5.16: "the Accept-Encoding response header field ought to be used".
            problem(415, "Send the body without Content-Encoding").adding("accept-encoding", "identity")
        case .otherMedia: problem(415, "The body must be application/json")
        case .malformed(let reason): problem(400, "The body is not JSON: \(reason)")
        case .noObject: invalid([FieldIssue(["body"], "Input should be an object", "model_attributes_type")])
        }
    }

    private var types: String { Self.types(baseURL) }
    private var instance: String { "/logs/requests/\(requestID)" }

    private func problem(_ status: Int, _ detail: String) -> Response {
        Problem(status, detail, types: types, instance: instance).response
    }
}
