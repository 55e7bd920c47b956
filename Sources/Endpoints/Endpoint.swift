/// One thing a client can ask for: method, path, permission, one sentence, and the function that answers.
///
/// Routing, the permission check, the names in entries and the OpenAPI document all read this one value, so they
/// cannot part.
package struct Endpoint: Sendable {
    /// Who may call, as the document says it; the check itself stands in the function, at the state it answers from.
    package enum Access: Sendable, Equatable {
        case open
        /// The client authenticates itself (RFC 6749 §2.3.1).
        case client
        /// A bearer token with one of these scopes.
        case bearer(anyOf: [String])
    }

    /// How this endpoint says no when the path or method is at fault and no function runs.
    package enum Dialect: Sendable {
        /// `{"detail": …}`
        case detail
        /// `{"error": …, "error_description": …}` (RFC 6749 §5.2)
        case oauth
        /// `{"code": …, "message": …, "details": […]}`, as gRPC's statuses are written in JSON (google.rpc.Status).
        case status
        /// Problem details (RFC 9457), whose types stand at this address.
        case problem(types: String)
    }

    /// What one status of the answer carries.
    package struct Reply: Sendable {
        package var status: Int
        package var summary: String
        package var mediaType: String
        package var schema: Schema?

        package init(_ status: Int, _ summary: String, _ schema: Schema? = nil, mediaType: String = "application/json")
        {
            self.status = status
            self.summary = summary
            self.schema = schema
            self.mediaType = mediaType
        }
    }

    /// A parameter in the query, a header or the path.
    package struct Parameter: Sendable {
        package enum Place: String, Sendable { case query, header, path }
        package var name: String
        package var place: Place
        package var summary: String
        package var schema: Schema
        package var required: Bool

        /// A part of the path is always required.
        package init(
            _ name: String,
            in place: Place,
            _ summary: String,
            _ schema: Schema,
            required: Bool = false,
        ) {
            self.name = name
            self.place = place
            self.summary = summary
            self.schema = schema
            self.required = required || place == .path
        }
    }

    /// What the request's body must be.
    package struct Body: Sendable {
        package var mediaType: String
        package var schema: Schema
        package var required: Bool

        package init(_ schema: Schema, mediaType: String = "application/json", required: Bool = true) {
            self.schema = schema
            self.mediaType = mediaType
            self.required = required
        }
    }

    /// The largest body an endpoint reads unless it says otherwise: 256 KiB holds the largest resource, escaped.
    package static let bodyBytesMax = 256 * 1024

    /// Whose pages may read the answers with a script.
    enum Sharing: Sendable {
        /// Those of this server's own origin.
        case ownOrigin
        case everyOrigin
    }

    package typealias Answer = @Sendable (Request, PathParameters) async -> Response

    package var method: Request.Method
    package var path: PathTemplate
    /// The stable name that stands in entries: `tenants.update`.
    package var name: String
    package var access: Access
    package var summary: String
    package var dialect: Dialect
    package var parameters: [Parameter]
    package var body: Body?
    package var replies: [Reply]
    package var bodyBytesMax: Int
    /// Whether it is answered even while the server turns others away: it must cost next to nothing, and has no body.
    package var isAnsweredUnderOverload: Bool
    /// Whether between its waits it works for a fraction of a millisecond: then it is done where the connection's bytes
    /// arrive, and whatever may take longer beside that.
    package var isBrief: Bool
    /// Whether an API key is taken as well, in the place of a bearer token.
    package var takesKeys = false
    package var answer: Answer
    var sharing = Sharing.ownOrigin

    package init(
        _ method: Request.Method,
        _ path: PathTemplate,
        name: String,
        access: Access,
        _ summary: String,
        dialect: Dialect = .detail,
        parameters: [Parameter] = [],
        body: Body? = nil,
        replies: [Reply],
        bodyBytesMax: Int = Endpoint.bodyBytesMax,
        isAnsweredUnderOverload: Bool = false,
        isBrief: Bool = false,
        answer: @escaping Answer,
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.access = access
        self.summary = summary
        self.dialect = dialect
        self.parameters = parameters
        self.body = body
        self.replies = replies
        self.bodyBytesMax = bodyBytesMax
        self.isAnsweredUnderOverload = isAnsweredUnderOverload
        self.isBrief = isBrief
        self.answer = answer
    }
}
