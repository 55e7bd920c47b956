import Endpoints
import Engine
import Wire

/// Takes a token back at its client's request (RFC 7009).
struct RevocationEndpoint: Sendable {
    /// The same for every issuer: entries tell the issuers apart by their chains.
    static let name = "oauth.revoke"

    let instance: Instance

    func answer(_ request: Request, at issuer: AskedIssuer) async -> Response {
        do throws(OAuthError) {
            let client = try ClientRequest(request, endpoint: Self.name, macKey: instance.macKey)
            guard let text = client.form.given("token") else { throw .invalidRequest("token is missing") }
            let wall = instance.world.wall()
            // An expired token is over already: §2.2 answers 200 to both, and no state is kept of it.
            let token = instance.keyRing.verify(text, now: wall).flatMap { $0.isExpired(at: wall) ? nil : $0 }
            let index = try await revoke(RevokeToken(proof: client.proof, token: token, issuer: issuer), client.caller)
            return Response(status: 200, headers: [("cache-control", "no-store"), ("muniment-index", String(index))])
        } catch {
            return error.response
        }
    }

    private func revoke(_ command: RevokeToken, _ caller: Caller) async throws(OAuthError) -> UInt64 {
        do throws(Refusal) {
            return try await instance.perform(command, by: caller).index
        } catch {
            throw OAuthError(error)
        }
    }
}
