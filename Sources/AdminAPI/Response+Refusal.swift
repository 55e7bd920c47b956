import Endpoints
import Engine
import Identity
import Wire

// How this dialect says no: a status, and `{"detail": …}`.
extension Response {
    static func problem(_ status: Int, _ detail: String, headers: [(name: String, value: String)] = []) -> Self {
        var out = JSONWriter(reservingBytes: 128)
        out.beginObject()
        out.key("detail")
        out.string(detail)
        out.endObject()
        return .json(status, out.bytes, headers: headers)
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .rejected(let rejection): self.init(rejection)
        case .busy(let seconds, let why):
            self = .problem(503, "Try again: \(why)", headers: [("retry-after", "\(seconds)")])
        case .diskFull:
            self = .problem(507, "The disk is full: what must be recorded cannot be done")
        case .refusingWrites:
            // Why stands in /health, for the operator; a client can only wait.
            self = .problem(503, "Writes are refused at present", headers: [("retry-after", "30")])
        case .failed:
            self = .problem(500, "Internal Server Error")
        }
    }

    private init(_ rejection: Rejection) {
        switch rejection.kind {
        case .malformed: self = .problem(400, rejection.detail)
        case .invalid(let issues): self = .invalid(issues)
        case .unproven: self = .unauthenticated(rejection)
        case .forbidden(let missing): self = .forbidden(rejection.detail, missing)
        case .absent: self = .problem(404, rejection.detail)
        case .limit, .conflict: self = .problem(409, rejection.detail)
        case .tooMany(let seconds):
            // RFC 6585 §4.
            self = .problem(429, rejection.detail, headers: [("retry-after", "\(seconds)")])
        case .moved: self = .problem(412, rejection.detail)
        }
    }

    init(_ fault: BodyFault) {
        switch fault {
        case .tooLarge: self = .problem(413, "The body is larger than \(Endpoint.bodyBytesMax) bytes")
        case .coded:
            // RFC 9110 §15.5.16: "the Accept-Encoding response header field ought to be used".
            self = .problem(415, "Send the body without Content-Encoding", headers: [("accept-encoding", "identity")])
        case .otherMedia: self = .problem(415, "The body must be application/json")
        case .malformed(let reason): self = .problem(400, "The body is not JSON: \(reason)")
        case .noObject:
            self = .invalid([FieldIssue(["body"], "Input should be an object", "model_attributes_type")])
        }
    }

    /// RFC 6750 §3: a token that opens too little is answered with a challenge too; §3.1 lets it name what is missing.
    private static func forbidden(_ detail: String, _ missing: [String]) -> Self {
        let scope = missing.isEmpty ? "" : ", scope=\"\(missing.joined(separator: " "))\""
        let challenge = "Bearer realm=\"muniment\", error=\"insufficient_scope\"\(scope)"
        return .problem(403, detail, headers: [("www-authenticate", challenge)])
    }

    /// RFC 6750 §3.1: the error code is for requests that carried a token.
    private static func unauthenticated(_ rejection: Rejection) -> Self {
        let challenge =
            rejection == .unprovenToken
            ? "Bearer realm=\"muniment\", error=\"invalid_token\", error_description=\"\(rejection.detail)\""
            : "Bearer realm=\"muniment\""
        return .problem(401, rejection.detail, headers: [("www-authenticate", challenge)])
    }
}

extension Response {
    /// Issues told in one answer, and how much of a name that a client made up is repeated in it.
    private static let issuesMax = 100
    private static let placeBytesMax = 128

    /// `{"detail": [{"loc": […], "msg": …, "type": …}]}`, as the contract's validation errors are.
    fileprivate static func invalid(_ issues: [FieldIssue]) -> Self {
        let items = issues.prefix(issuesMax).map { issue -> JSON in
            ["loc": .array(location(issue)), "msg": .string(issue.message), "type": .string(issue.type)]
        }
        return .json(422, (["detail": .array(items)] as JSON).compact)
    }

    private static func location(_ issue: FieldIssue) -> [JSON] {
        issue.location.enumerated().map { depth, part in
            // Below a field, a number is the place in a list.
            if depth > 1, let place = Int64(part) { return .integer(place) }
            return .string(ForeignText.clipped(Array(part.utf8), maxBytes: placeBytesMax))
        }
    }
}
