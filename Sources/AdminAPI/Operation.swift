import Endpoints
import Engine

/// What an endpoint takes and gives, and the function that does it: everything but its place and its permission.
struct Operation: Sendable {
    typealias Run = @Sendable (Call) async throws(Refusal) -> Answer

    let admin: Admin
    /// How its answers are written, and what its requests must say.
    let surface: Surface
    /// The stable name that stands in entries: `tenants.update`.
    let name: String
    var parameters: [Endpoint.Parameter] = []
    var body = BodyRule.none
    let replies: [Endpoint.Reply]
    /// Whether it looks at few things, as ``Endpoint/isBrief`` says.
    let isBrief: Bool
    /// Whether it always wants to know why; else the deployment decides, for what writes.
    var demandsReason = false
    let run: Run

    init(
        _ admin: Admin,
        _ name: String,
        on surface: Surface = .scaiKey,
        parameters: [Endpoint.Parameter] = [],
        body: BodyRule = .none,
        replies: [Endpoint.Reply],
        isBrief: Bool = false,
        run: @escaping Run,
    ) {
        self.admin = admin
        self.name = name
        self.surface = surface
        self.parameters = parameters
        self.body = body
        self.replies = replies
        self.isBrief = isBrief
        self.run = run
    }
}
