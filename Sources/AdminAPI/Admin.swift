import Endpoints
import Engine
import Identity
import Wire

/// One running instance as its admin endpoints see it, which all share.
final class Admin: Sendable {
    let instance: Instance
    let settings: AdminSettings
    let shown = ShownResources()

    init(instance: Instance, settings: AdminSettings) {
        self.instance = instance
        self.settings = settings
    }

    /// An application's secret is made before the queue: only its hash goes through the writer.
    func newSecret() -> ClientSecret {
        ClientSecret(random: instance.world.random, macKey: instance.macKey)
    }

    /// The same of an organization's client.
    func newOrganizationSecret() -> ClientSecret {
        ClientSecret(ofOrganizationBy: instance.world.random, macKey: instance.macKey)
    }

    /// Who asks, and whether the request's bearer token or API key opens what is asked for at all.
    func admit(
        _ request: Request,
        to permission: Permission,
        _ recorded: Caller.Request,
    ) throws(Refusal) -> Admission {
        if let key = try Self.key(request) {
            return try instance.admit(key: key, to: permission, request: recorded)
        }
        let token = try Self.token(request)
        return try instance.admit(token, to: permission, baseURL: settings.baseURL, request: recorded)
    }

    /// Who asks, as far as the request's bearer token alone tells.
    func prove(_ request: Request, _ recorded: Caller.Request) throws(Refusal) -> Caller {
        try instance.authenticate(Self.token(request), baseURL: settings.baseURL, request: recorded)
    }

    /// The API key of a request, which goes alone (decision 46 of the contract): a request by two is nobody's.
    private static func key(_ request: Request) throws(Refusal) -> String? {
        let keys = request.headers("api-key")
        guard let key = keys.first else { return nil }
        guard keys.count == 1, request.headers("authorization").isEmpty else { throw .rejected(.twoCredentials) }
        return key
    }

    private static func token(_ request: Request) throws(Refusal) -> String {
        let authorization: Authorization
        do throws(Malformed) {
            authorization = try Authorization(request)
        } catch {
            throw .rejected(.unprovenToken)
        }
        switch authorization {
        case .absent, .basic, .other: throw .rejected(.tokenMissing)
        case .bearer(let token): return token.text
        }
    }
}

extension Rejection {
    /// RFC 6750 §3.1: a request without authentication is told how, not what was wrong.
    static let tokenMissing = Self(.unproven, "missing_token", "Not authenticated")

    fileprivate static let twoCredentials = Self(
        .malformed,
        "two_credentials",
        "Send one credential: an API key in API-Key, or an access token in Authorization"
    )
}
