import Endpoints
import NIOHTTP1

/// The answers that no endpoint gives, because none was asked.
extension Endpoints.Response {
    static let notFound = json(404, Array(#"{"detail":"Not Found"}"#.utf8))

    /// RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
    static func methodNotAllowed(_ allowed: [Endpoints.Request.Method], _ dialect: Endpoint.Dialect) -> Self {
        let names = allowed.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }
        let body: String
        switch dialect {
        case .detail: body = #"{"detail":"Method Not Allowed"}"#
        case .oauth: body = #"{"error":"invalid_request","error_description":"Method Not Allowed"}"#
        // Of gRPC's codes, that such a thing is not done at all.
        case .status: body = #"{"code":12,"message":"Method Not Allowed","details":[]}"#
        case .problem(let types):
            let problem = Problem(405, "The path knows other methods", types: types)
            return problem.response.adding("allow", names.joined(separator: ", "))
        }
        return json(405, Array(body.utf8), headers: [("allow", names.joined(separator: ", "))])
    }

    /// The server has more to do than it can.
    static func overloaded(_ dialect: Endpoint.Dialect) -> Self {
        let body: String
        switch dialect {
        case .detail: body = #"{"detail":"Try again: the server has more to do than it can"}"#
        case .oauth:
            body =
                #"{"error":"temporarily_unavailable","error_description":"The server has more to do than it can; try again"}"#
        case .status: body = #"{"code":14,"message":"Try again: the server has more to do than it can","details":[]}"#
        case .problem(let types):
            let problem = Problem(503, "Try again: the server has more to do than it can", types: types)
            return problem.response.adding("retry-after", "1")
        }
        return json(503, Array(body.utf8), headers: [("retry-after", "1")])
    }

    /// A status with its reason phrase as the detail.
    static func plain(_ status: Int) -> Self {
        json(status, Array(#"{"detail":"\#(HTTPResponseStatus(statusCode: status).reasonPhrase)"}"#.utf8))
    }
}
