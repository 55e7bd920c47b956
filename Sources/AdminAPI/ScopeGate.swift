package import Endpoints
package import Engine
import Identity

/// Lets those through whose token holds one scope: for what an operator shows to a program of theirs alone.
package struct ScopeGate: Sendable {
    private let admin: Admin
    package let scope: String
    private let endpoint: String

    /// - Parameter endpoint: the stable name of what stands behind the gate.
    package init(_ instance: Instance, _ settings: AdminSettings, scope: String, endpoint: String) {
        admin = Admin(instance: instance, settings: settings)
        self.scope = scope
        self.endpoint = endpoint
    }

    /// What keeps a request out: only a credential is 401 or 403, a moment in which nothing can be read is neither.
    ///
    /// - Returns: `nil` when it may pass.
    package func refusal(_ request: Request) -> Response? {
        do throws(Refusal) {
            let caller = try admin.prove(request, Caller.Request(id: request.id, endpoint: endpoint))
            // What is behind it tells of everybody, so the scope must reach the whole platform.
            return try admin.instance.read(by: caller) { $1.authority.holdsEverywhere(scope) }.value
                ? nil : insufficient
        } catch {
            return Response(error)
        }
    }

    private var insufficient: Response {
        let missing = Rejection(
            .forbidden(missing: [scope]),
            "insufficient_scope",
            "The token needs the scope \(scope)"
        )
        return Response(.rejected(missing))
    }
}
