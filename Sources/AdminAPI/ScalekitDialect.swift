import Endpoints
import Engine
import Identity
import Wire

/// The dialect of Scalekit's contract: an answer is its message in JSON, and a refusal is a status of gRPC in JSON.
struct ScalekitDialect: Dialect {
    func response(_ answer: Answer) throws -> Response {
        switch answer.content {
        case .one(let item, let version, let isNew):
            var out = JSONWriter()
            try item.write(&out)
            let response = Response.json(isNew ? 201 : 200, out.bytes)
            return (version.map { response.adding("etag", "\"\($0)\"") } ?? response).at(answer.index)
        case .done:
            return Response.json(200, Array("{}".utf8)).at(answer.index)
        case .refused(let rejection, let item):
            return try RefusedStatus(rejection).response(beside: item).at(answer.index)
        case .kept(let response):
            return response
        case .list, .text:
            preconditionFailure("a page of this contract is a message like any other, and no text is told in it")
        }
    }

    func response(_ refusal: Refusal) -> Response { RefusedStatus(refusal).response() }
    func response(_ fault: BodyFault) -> Response { RefusedStatus(fault).response() }

    /// The shape of a refusal, for the document's components.
    static let schemas: [(name: String, schema: Schema)] = [
        ("ScalekitStatus", .object(status, closed: false)), ("ScalekitErrorInfo", .object(errorInfo, closed: false)),
    ]

    private static let status: [Schema.Property] = [
        .init("code", .integer(min: 1, max: 16), "A code of gRPC", required: true),
        .init("message", .string(), "What to do about it", required: true),
        .init("details", .array(.named("ScalekitErrorInfo")), required: true),
    ]

    private static let errorInfo: [Schema.Property] = [
        .init("@type", .choice([RefusedStatus.detailType]), required: true),
        .init("error_code", .string(), "A stable name of the code", required: true),
        .init(
            "resource_info",
            .object([.init("required_permissions", .array(.string()), "Scopes of which one would help")], closed: false)
        ),
        .init("validation_error_info", .object([.init("field_violations", .array(violation))], closed: false)),
    ]

    private static let violation = Schema.object([
        .init("field", .string(), "Where it stands in the body", required: true),
        .init("description", .string(), "What would be accepted", required: true),
        .init("constraint", .string(), "A stable name of the fault", required: true),
    ])
}
