import EventLog
package import Identity
import Views
import Wire

/// That somebody has shown an API key: which it is, and the secret that it was known by.
package struct APIKeyProof: Sendable {
    package let key: APIKeyID
    package let secret: SecretID

    /// - Returns: nil for the hash of no key's present secret.
    init?(mac: String, _ facts: some RowReader) throws {
        guard let secret = try facts.present.proven(Secret.self, key: ClientSecret.macKeyName, mac: mac),
            let key = try facts.resource(secret)?.state.apiKeyID
        else { return nil }
        (self.key, self.secret) = (key, secret)
    }

    /// What the key opens, in its workspace and below.
    ///
    /// - Throws: that it opens nothing any more, and why: whoever has shown the whole key may know.
    func authority(_ facts: some Facts, at wall: Instant) throws -> Authority {
        guard let secret = try facts.resource(secret)?.state, secret.status == .active, secret.apiKeyID == key,
            let key = try facts.resource(key)
        else { throw Rejection.unprovenKey }
        switch key.state.standing(at: wall) {
        case .active: break
        case .revoked: throw Rejection(.unproven, "api_key_revoked", "The API key is revoked")
        case .expired: throw Rejection(.unproven, "api_key_expired", "The API key has expired")
        }
        guard try facts.isActive(key.place) else {
            throw Rejection(
                .unproven,
                "workspace_stopped",
                "The workspace of the API key, or what it stands in, is suspended or deleted"
            )
        }
        return Authority([Authority.Grant(key.state.scopes, at: key.place, isOfKey: true)])
    }
}

extension Rejection {
    package static let unprovenKey = Self(.unproven, "invalid_api_key", "The API key is malformed or unknown")
}

extension Instance {
    /// Who an API key speaks for, and whether it opens what is asked for at all; the request is counted for its
    /// workspace.
    ///
    /// - Throws: `Rejection.unprovenKey`; or, where many such come from one address, that these are too many.
    package func admit(
        key text: String,
        to permission: Permission,
        request: Caller.Request,
    ) throws(Refusal) -> Admission {
        let wall = world.wall()
        guard let key = try? APIKeyText(text) else { throw .rejected(unproven(.unprovenKey, request, wall)) }
        let mac = key.mac(key: macKey)
        return try attempt(request.endpoint) {
            try read { snapshot in
                guard let proof = try APIKeyProof(mac: mac, snapshot), let key = try snapshot.resource(proof.key) else {
                    throw unproven(.unprovenKey, request, wall)
                }
                let caller = Caller(proof, key, request)
                let authority: Authority
                do {
                    authority = try caller.authority(snapshot, at: wall)
                } catch let rejection as Rejection {
                    let rejection = unproven(rejection, request, wall)
                    guard rejection.kind == .unproven else { throw rejection }
                    return Admission(caller: caller, rejection: rejection)
                }
                let standing = rates.count(.workspace(key.place), RateLimit.ofWorkspace, at: wall)
                var rejection = standing.rejection
                if rejection == nil {
                    do throws(Rejection) {
                        try authority.require(permission)
                    } catch {
                        rejection = error
                    }
                }
                return Admission(caller: caller, rejection: rejection, standing: standing)
            }
        }
    }

    /// Ends a key that somebody found, if this is one in use.
    ///
    /// - Throws: that so many were reported from one address that more are taken later.
    package func endLeakedKey(_ text: String, _ request: Caller.Request) async throws(Refusal) {
        let source = RequestRates.Party.source(request.address ?? "", of: .leak)
        let standing = rates.count(source, RateLimit.ofWorkspace, at: world.wall())
        if let rejection = standing.rejection { throw .rejected(rejection) }
        guard let key = try? APIKeyText(text) else { return }
        let mac = key.mac(key: macKey)
        // Whoever sends other things does not reach the writer.
        let isKnown = try attempt(request.endpoint) { try read { try APIKeyProof(mac: mac, $0) != nil } }
        if isKnown { _ = try await perform(EndLeakedKey(mac: mac), by: .stranger(request)) }
    }

    /// What keeps a key out, unless so many of an address were kept out that the answer is to ask later.
    private func unproven(_ rejection: Rejection, _ request: Caller.Request, _ wall: Instant) -> Rejection {
        let source = RequestRates.Party.source(request.address ?? "", of: .key)
        return rates.count(source, RateLimit.ofWorkspace, at: wall).rejection ?? rejection
    }
}

extension Caller {
    fileprivate init(_ proof: APIKeyProof, _ key: Versioned<APIKey>, _ request: Request) {
        let actor = Actor(
            kind: .apiKey,
            id: key.id.text,
            name: key.state.name,
            home: key.place.text,
            credential: proof.secret.text
        )
        self.init(actor: actor, credential: .key(proof), home: key.place, request: request)
    }

    /// The API key that came with the request.
    package var apiKey: APIKeyID? {
        switch credential {
        case .key(let proof): proof.key
        case .none, .machine, .token: nil
        }
    }
}
