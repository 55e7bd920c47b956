import Endpoints
import Engine
import Identity
import Wire

/// Takes keys that somebody found where they should not be: whoever has one whole could use it, so no other proof is
/// asked, and the answer never tells whether it was one (decision 45 of the contract).
struct LeakEndpoint: Sendable {
    private static let name = "api_keys.report_leak"
    private static let body = Schema.object([.init("key", .string(), "The whole key as it was found", required: true)])

    let admin: Admin

    var endpoint: Endpoint {
        Endpoint(
            .post,
            "/api-keys/report-leak",
            name: Self.name,
            access: .open,
            "Report a key that was found: if it is one in use, it is revoked",
            dialect: .problem(types: SkycloakDialect.types(admin.settings.baseURL)),
            body: Endpoint.Body(Self.body),
            replies: [.init(202, "Thank you, whatever it was")]
                + Endpoint.Reply.problems.filter { ![401, 403, 404, 409].contains($0.status) }
        ) { request, _ in
            let dialect = SkycloakDialect(admin.settings, request)
            do throws(Refusal) {
                return try await take(request, dialect)
            } catch {
                return dialect.response(error)
            }
        }
    }

    private func take(_ request: Request, _ dialect: SkycloakDialect) async throws(Refusal) -> Response {
        let body: Members
        do throws(BodyFault) {
            body = try BodyRule.required(Self.body).read(request)
        } catch {
            return dialect.response(error)
        }
        var issues = body.filter { $0.name != "key" }.map {
            FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden")
        }
        let key = body["key"]?.text
        if key == nil { issues.append(FieldIssue(["body", "key"], "Input should be a string", "string_type")) }
        if !issues.isEmpty { throw .rejected(.invalid(issues)) }
        let recorded = Caller.Request(
            id: request.id,
            endpoint: Self.name,
            trace: request.trace,
            address: request.address,
            userAgent: request.header("user-agent")
        )
        try await admin.instance.endLeakedKey(key ?? "", recorded)
        return Response(status: 202)
    }
}
