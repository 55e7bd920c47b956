import Endpoints
import Engine
import Identity
import Wire

/// A request of a proven caller who may make such requests, read as far as its form goes.
struct Call: Sendable {
    let admin: Admin
    let dialect: any Dialect
    let caller: Caller
    let path: PathParameters
    let query: Query
    /// The last index that the answer sees, and when that was recorded; nil for now.
    let asOf: AsOf?
    let body: Members
    let conditions: Conditions
    let idempotency: Idempotency?
    /// What is asked about what the request would do; nil where it is simply to be done.
    let preview: PreviewRequest?

    var position: UInt64? { asOf?.index }
    var time: Instant? { asOf?.recordedAt }

    /// The identifier in the path; one that is malformed names nothing.
    func id<R: Resource>(_ name: String, of kind: R.Type) throws(Refusal) -> Identifier<R> {
        guard let id = Identifier<R>(path[name]) else { throw .rejected(.notFound(R.noun)) }
        return id
    }

    /// What the body asks to set, checked against the resource's field table.
    func changes<R: Resource>(of kind: R.Type, for purpose: Changes<R>.Purpose) throws(Refusal) -> Changes<R> {
        do throws(Rejection) {
            return try Changes(body, for: purpose)
        } catch {
            throw .rejected(error)
        }
    }
}
