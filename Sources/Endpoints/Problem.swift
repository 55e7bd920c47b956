package import Wire

/// What went wrong, as problem details (RFC 9457): a type with an address, a title that is always the same for it, and
/// a sentence about this one.
package struct Problem: Sendable {
    package static let mediaType = "application/problem+json"

    package var status: Int
    package var detail: String
    /// The address under which the types are told of.
    package var types: String
    /// The address of this occurrence.
    package var instance: String?
    /// Each value that means nothing.
    package var errors: [JSON] = []

    package init(_ status: Int, _ detail: String, types: String, instance: String? = nil) {
        (self.status, self.detail, self.types, self.instance) = (status, detail, types, instance)
    }

    package var title: String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Validation Failed"
        case 429: "Rate Limit Exceeded"
        case 503: "Service Unavailable"
        case 507: "Insufficient Storage"
        default: "Internal Server Error"
        }
    }

    /// The title in the form that addresses have: `rate-limit-exceeded`.
    private var slug: String { title.lowercased().replacing(" ", with: "-") }

    package var response: Response {
        var members: Members = [
            "type": .string("\(types)#\(slug)"), "title": .string(title), "status": .integer(Int64(status)),
            "detail": .string(detail),
        ]
        if let instance { members.append("instance", .string(instance)) }
        if !errors.isEmpty { members.append("errors", .array(errors)) }
        let body = JSON.object(members).compact
        return Response(status: status, headers: [("content-type", Self.mediaType)], body: body)
    }
}
