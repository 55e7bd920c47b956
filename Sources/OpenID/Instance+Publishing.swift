import Endpoints
import Engine
import Views
import Wire

extension Instance {
    /// Answers anybody from the present state; what is not there is an unknown tenant.
    ///
    /// A moment in which nothing can be read is none in which the tenant is unknown: verifiers would forget its keys.
    func publish(_ endpoint: String, _ answer: (ViewSnapshot) throws -> Response) -> Response {
        do throws(Refusal) {
            return try attempt(endpoint) { try read(answer) }
        } catch {
            if case .rejected = error { return Metadata.unknownTenant }
            return OAuthError(error).detail
        }
    }
}

extension Metadata {
    static let unknownTenant = Response.json(404, Array(#"{"detail":"Tenant not found"}"#.utf8))

    /// How what is published for a tenant may not be.
    static let refusals = [
        (404, "No such tenant"), (500, "Our fault"), (503, "Try again later"),
    ].map { status, summary in
        Endpoint.Reply(
            status,
            summary,
            .object([.init("detail", .string(), "What to do about it", required: true)])
        )
    }
}

extension OAuthError {
    /// The same in the dialect of documents that anybody may read.
    fileprivate var detail: Response {
        let response = Response.json(status, (["detail": .string(description)] as JSON).compact)
        return retryAfterSeconds.map { response.adding("retry-after", String($0)) } ?? response
    }
}
