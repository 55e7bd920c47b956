import Endpoints
import Engine
import Identity

/// Whose contract an endpoint belongs to: how its answers are written, and what its requests must say.
enum Surface: Sendable {
    case scaiKey, scalekit, skycloak
}

/// The version of the contract that a request is made for: the header `API-Version`.
enum APIVersion {
    static let present = "2026-06-01.beta"

    /// - Parameter isRequired: whether a request must say one (decision 37 of the contract).
    static func require(of request: Request, isRequired: Bool) throws(Refusal) {
        let versions = request.headers("api-version")
        if versions.isEmpty, !isRequired { return }
        guard versions == [present] else {
            throw .rejected(
                Rejection(.malformed, "unknown_version", "The header API-Version must be \(present)")
            )
        }
    }
}

extension Response {
    /// The answer with what every answer to an API key tells of the limits of its workspace.
    func telling(_ standing: RateStanding) -> Self {
        var answer = self
        if let tightest = standing.tightest {
            answer.headers += [
                ("ratelimit-limit", "\(tightest.limit.most)"), ("ratelimit-remaining", "\(tightest.remaining)"),
                ("ratelimit-reset", "\(tightest.resetSeconds)"),
            ]
        }
        for part in standing.parts {
            answer.headers += [
                ("x-ratelimit-limit-\(part.limit.window)", "\(part.limit.most)"),
                ("x-ratelimit-remaining-\(part.limit.window)", "\(part.remaining)"),
            ]
        }
        return answer
    }
}
