import Endpoints
import Engine
import Identity
import Wire

/// A refusal as gRPC tells it (google.rpc.Status), with the status that HTTP has for it.
struct RefusedStatus {
    static let detailType = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
    /// Violations told in one answer, and how much of a name that a client made up is repeated in one.
    private static let violationsMax = 100
    private static let placeBytesMax = 128

    /// The codes that answers have, by their numbers (google/rpc/code.proto).
    enum Code: Int64 {
        case invalidArgument = 3
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case `internal` = 13
        case unavailable = 14
        case unauthenticated = 16
    }

    private let status: Int
    private let code: Code
    private let errorCode: String
    private let message: String
    private var violations: [FieldIssue] = []
    /// Scopes of which one would help.
    private var permissions: [String] = []
    private var headers: [(name: String, value: String)] = []

    private init(_ status: Int, _ code: Code, _ errorCode: String, _ message: String) {
        (self.status, self.code, self.errorCode, self.message) = (status, code, errorCode, message)
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .rejected(let rejection):
            self.init(rejection)
        case .busy(let seconds, let why):
            self.init(503, .unavailable, "UNAVAILABLE", "Try again: \(why)")
            headers = [("retry-after", "\(seconds)")]
        case .diskFull:
            // No code of gRPC means 507; RESOURCE_EXHAUSTED would say that the caller has used up its own.
            let message = "The disk is full: what must be recorded cannot be done"
            self.init(503, .unavailable, "UNAVAILABLE", message)
        case .refusingWrites:
            self.init(503, .unavailable, "UNAVAILABLE", "Writes are refused at present")
            headers = [("retry-after", "30")]
        case .failed:
            let message = "The server failed; tell its operator the X-Request-Id of this answer"
            self.init(500, .internal, "INTERNAL", message)
        }
    }

    init(_ rejection: Rejection) {
        let detail = rejection.detail
        switch rejection.kind {
        case .invalid(let issues):
            self.init(400, .invalidArgument, "INVALID_ARGUMENT", Self.message(issues) ?? detail)
            violations = issues
        case .malformed:
            self.init(400, .invalidArgument, "INVALID_ARGUMENT", detail)
        case .unproven where rejection == .tokenMissing:
            self.init(401, .unauthenticated, "UNAUTHENTICATED", "Token empty")
            headers = [("www-authenticate", "Bearer realm=\"muniment\"")]
        case .unproven:
            self.init(401, .unauthenticated, "UNAUTHENTICATED", detail)
            headers = [("www-authenticate", "Bearer realm=\"muniment\", error=\"invalid_token\"")]
        case .forbidden where rejection == .organizationUnreached:
            // Decision 38 of the contract: what is out of reach is not there.
            self.init(404, .notFound, "NOT_FOUND", detail)
        case .forbidden(let missing):
            self.init(403, .permissionDenied, "PERMISSION_DENIED", detail)
            permissions = missing
            headers = [("www-authenticate", "Bearer realm=\"muniment\", error=\"insufficient_scope\"")]
        case .absent:
            self.init(404, .notFound, "NOT_FOUND", detail)
        case .conflict where rejection.code == Rejection.identifierTaken:
            self.init(409, .alreadyExists, "ALREADY_EXISTS", detail)
        case .limit, .conflict:
            self.init(400, .failedPrecondition, "FAILED_PRECONDITION", detail)
        case .tooMany(let seconds):
            self.init(429, .resourceExhausted, "RATE_LIMITED", detail)
            headers = [("retry-after", "\(seconds)")]
        case .moved:
            // gRPC's table has 409 for it, and HTTP's 412 has no code.
            self.init(409, .aborted, "ABORTED", detail)
        }
    }

    init(_ fault: BodyFault) {
        let told = Response(fault)
        let message =
            switch fault {
            case .tooLarge: "The body is larger than \(Endpoint.bodyBytesMax) bytes"
            case .coded: "Send the body without Content-Encoding"
            case .otherMedia: "The body must be application/json"
            case .malformed(let reason): "The body is not JSON: \(reason)"
            case .noObject: "body: Input should be an object"
            }
        // What is wrong with an object's members is 400 here.
        self.init(told.status == 422 ? 400 : told.status, .invalidArgument, "INVALID_ARGUMENT", message)
        headers = told.headers.filter { $0.name == "accept-encoding" }
    }

    /// - Parameter item: how things stand instead, where that is told.
    func response(beside item: Item) throws -> Response {
        var out = JSONWriter()
        out.beginObject()
        write(to: &out)
        out.key("plan")
        try item.write(&out)
        out.endObject()
        return .json(status, out.bytes, headers: headers)
    }

    func response() -> Response {
        var out = JSONWriter()
        out.beginObject()
        write(to: &out)
        out.endObject()
        return .json(status, out.bytes, headers: headers)
    }

    private func write(to out: inout JSONWriter) {
        out.key("code")
        out.integer(code.rawValue)
        out.key("message")
        out.string(message)
        var info: Members = ["@type": .string(Self.detailType), "error_code": .string(errorCode)]
        if !permissions.isEmpty {
            info["resource_info"] = ["required_permissions": .array(permissions.map(JSON.string))]
        }
        if !violations.isEmpty {
            let told = violations.prefix(Self.violationsMax).map { issue -> JSON in
                [
                    "field": .string(Self.field(issue)), "description": .string(issue.message),
                    "constraint": .string(issue.type),
                ]
            }
            info["validation_error_info"] = ["field_violations": .array(told)]
        }
        out.key("details")
        out.json([.object(info)], as: .foreign)
    }

    /// The first thing that is wrong, with its place, for those who read no further.
    private static func message(_ issues: [FieldIssue]) -> String? {
        issues.first.map { "\(field($0)): \($0.message)" }
    }

    /// `custom_claims[2].key`, as paths of fields are written.
    private static func field(_ issue: FieldIssue) -> String {
        let path = issue.location.count > 1 ? Array(issue.location.dropFirst()) : issue.location
        let text = path.dropFirst().reduce(path.first ?? "") { path, part in
            UInt(part) == nil ? "\(path).\(part)" : "\(path)[\(part)]"
        }
        return ForeignText.clipped(Array(text.utf8), maxBytes: placeBytesMax)
    }
}

extension Rejection {
    /// The caller acts elsewhere: the entry says that it was denied, the answer that there is no such organization.
    static let organizationUnreached = Self(.forbidden(), "organization_unreached", "Organization not found")
}
