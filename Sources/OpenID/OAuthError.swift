import Endpoints
import Engine
import Identity
import Wire

/// A refusal in the words of RFC 6749 §5.2: always JSON, 400 or 401 unless the server itself is at fault.
struct OAuthError: Error, Sendable, Equatable {
    var status = 400
    let error: String
    let description: String
    var retryAfterSeconds: Int?

    static let contentCoding = Self(
        status: 415,
        error: "invalid_request",
        description: "Send the form without Content-Encoding"
    )

    static func invalidRequest(_ description: String) -> Self {
        Self(error: "invalid_request", description: description)
    }

    init(status: Int = 400, error: String, description: String, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.error = error
        self.description = description
        self.retryAfterSeconds = retryAfterSeconds
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .rejected(let rejection):
            self.init(rejection)
        case .busy(let seconds, let why):
            self.init(
                status: 503,
                error: "temporarily_unavailable",
                description: "Try again: \(why)",
                retryAfterSeconds: seconds
            )
        case .diskFull:
            self.init(
                status: 507,
                error: "server_error",
                description: "The disk is full: what must be recorded cannot be done until there is room"
            )
        case .refusingWrites:
            // Why stands in /health, for the operator; a client can only wait.
            self.init(
                status: 503,
                error: "temporarily_unavailable",
                description: "Writes are refused at present, and no token leaves unrecorded; try again later",
                retryAfterSeconds: 30
            )
        case .failed:
            self.init(
                status: 500,
                error: "server_error",
                description: "The server failed; tell its operator the X-Request-Id of this answer"
            )
        }
    }

    private init(_ rejection: Rejection) {
        switch rejection.kind {
        case .malformed, .invalid:
            self = .invalidRequest(rejection.detail)
        case .conflict:
            self.init(
                status: 503,
                error: "temporarily_unavailable",
                description: rejection.detail,
                retryAfterSeconds: 1
            )
        case .tooMany(let seconds):
            // RFC 6585 §4: RFC 6749 has no word for it.
            self.init(
                status: 429,
                error: rejection.code,
                description: rejection.detail,
                retryAfterSeconds: seconds
            )
        case .unproven, .forbidden, .absent, .limit, .moved:
            // §5.2: a client that could not be proven, or is nobody here, is told so with 401.
            let isClient = rejection.code == "invalid_client"
            self.init(status: isClient ? 401 : 400, error: rejection.code, description: rejection.detail)
        }
    }

    var response: Response {
        let body: JSON = ["error": .string(error), "error_description": .string(printable)]
        var response = Response.json(status, body.compact).adding("cache-control", "no-store").adding(
            "pragma",
            "no-cache"
        )
        if status == 401 { response = response.adding("www-authenticate", "Basic realm=\"muniment\"") }
        // RFC 9110 §15.5.16: "the Accept-Encoding response header field ought to be used".
        if status == 415 { response = response.adding("accept-encoding", "identity") }
        if let retryAfterSeconds { response = response.adding("retry-after", String(retryAfterSeconds)) }
        return response
    }

    /// The description in the characters that a client may be shown.
    ///
    /// §5.2: "Values for the "error_description" parameter MUST NOT include characters outside the set %x20-21 /
    /// %x23-5B / %x5D-7E."
    private var printable: String {
        String(
            decoding: description.utf8.map { byte in
                (0x20...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C ? byte : UInt8(ascii: "?")
            },
            as: UTF8.self
        )
    }
}
