import Endpoints
import Engine
import Identity
import Wire

/// One running instance as its admin endpoints see it.
struct Admin: Sendable {
    let instance: Instance
    let settings: AdminSettings
    let shown = ShownResources()

    /// An application's secret is made before the queue: only its hash goes through the writer.
    func newSecret() -> ClientSecret {
        ClientSecret(random: instance.world.random, macKey: instance.macKey)
    }

    /// Who asks, as far as the request's bearer token alone tells.
    func prove(_ request: Request, _ note: Caller.Request) throws(Refusal) -> Caller {
        let authorization: Authorization
        do throws(Malformed) {
            authorization = try Authorization(request)
        } catch {
            throw .rejected(.invalidToken)
        }
        switch authorization {
        case .absent, .basic, .other: throw .rejected(.tokenMissing)
        case .bearer(let token):
            return try instance.authenticate(token.text, baseURL: settings.baseURL, request: note)
        }
    }
}

extension Rejection {
    /// RFC 6750 §3.1: a request without authentication is told how, not what was wrong.
    static let tokenMissing = Self(.unauthenticated, "missing_token", "Not authenticated")
}
