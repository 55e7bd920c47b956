import Endpoints
import NIOHTTP1

/// The answers that no endpoint gives, because none was asked.
extension Endpoints.Response {
    static let notFound = json(404, Array(#"{"detail":"Not Found"}"#.utf8))

    /// RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
    static func methodNotAllowed(_ allowed: [Endpoints.Request.Method], _ dialect: Endpoint.Dialect) -> Self {
        let names = allowed.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }
        let body =
            switch dialect {
            case .detail: #"{"detail":"Method Not Allowed"}"#
            case .oauth: #"{"error":"invalid_request","error_description":"Method Not Allowed"}"#
            // Of gRPC's codes, that such a thing is not done at all.
            case .status: #"{"code":12,"message":"Method Not Allowed","details":[]}"#
            }
        return json(405, Array(body.utf8), headers: [("allow", names.joined(separator: ", "))])
    }

    /// The server has more to do than it can.
    static func overloaded(_ dialect: Endpoint.Dialect) -> Self {
        let body =
            switch dialect {
            case .detail: #"{"detail":"Try again: the server has more to do than it can"}"#
            case .oauth:
                #"{"error":"temporarily_unavailable","error_description":"The server has more to do than it can; try again"}"#
            case .status: #"{"code":14,"message":"Try again: the server has more to do than it can","details":[]}"#
            }
        return json(503, Array(body.utf8), headers: [("retry-after", "1")])
    }

    /// A status with its reason phrase as the detail.
    static func plain(_ status: Int) -> Self {
        json(status, Array(#"{"detail":"\#(HTTPResponseStatus(statusCode: status).reasonPhrase)"}"#.utf8))
    }
}
