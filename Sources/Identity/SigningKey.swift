package import Wire

/// A key that signs tokens: published before it is used and after it has been, so that no client is caught out.
package struct SigningKey: Resource {
    package static let kind = Kind.signingKey
    package static let area = Scope.Area("signing-keys")
    /// Platform matters: no tenant's token reaches them.
    package static let standsIn = [Place.Level.platform]

    package enum Stage: String, Sendable, CaseIterable { case next, current, retired, revoked }

    package var algorithm = ""
    /// The public key as a JWK (RFC 7517), as its compact text, without `kid`, `use` and `alg`.
    package var jwk = ""
    package var stage = Stage.next
    package var retiredAt: String?
    package var status = Status.active

    package init() {}

    package static let fields: [Field<SigningKey>] = [
        .text("algorithm", \.algorithm, .stored, need: .internalOnly, "RS256, ES256 or EdDSA."),
        .text("jwk", \.jwk, .stored, need: .internalOnly, "The public key."),
        .choice("stage", \.stage, need: .internalOnly, "next, current, retired or revoked."),
        .optionalText("retired_at", \.retiredAt, .stored, need: .internalOnly, "When it stopped signing."),
        .choice("status", \.status, need: .internalOnly, "ACTIVE or DELETED."),
    ]

    package static let facets: [Facet<SigningKey>] = [Facet(\.stage)]

    package enum Verb: String, EntryVerb {
        case created, updated, revoked, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated: .updates
            case .revoked: .deletes
            case .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "A key that signs tokens was made."
            case .updated: "A signing key came to its next stage."
            case .revoked: "A signing key verifies nothing any more."
            case .listed: "Somebody listed the keys that sign tokens."
            }
        }
    }

    /// A key about to be: its private half is in the key store already.
    package struct New: Sendable {
        package let id: SigningKeyID
        package let algorithm: String
        package let jwk: String

        package init(id: SigningKeyID, algorithm: String, jwk: String) {
            self.id = id
            self.algorithm = algorithm
            self.jwk = jwk
        }

        package func created(_ stage: Stage) -> Event {
            SigningKey.event(
                .created,
                id,
                in: .platform,
                data: [
                    "algorithm": .string(algorithm), "jwk": .string(jwk), "stage": .string(stage.rawValue),
                ]
            )
        }
    }

    /// Whether verifiers should still find it: until the last token it signed has expired.
    package func isPublished(at now: Instant) -> Bool {
        switch stage {
        case .next, .current: return true
        case .revoked: return false
        case .retired:
            guard let retiredAt, let moment = try? Instant(canonical: retiredAt) else { return false }
            return now < moment.adding(seconds: Application.tokenLifetimeSeconds.upperBound + Self.clockSkewSeconds)
        }
    }

    /// Tokens that it has signed.
    package func vouches(at now: Instant) -> Bool { stage != .next && isPublished(at: now) }

    /// What verifiers tolerate of a clock that runs ahead of ours.
    package static let clockSkewSeconds: Int64 = 60

    /// How many keys of one stage are ever read at once, and so how many may wait retired for their last token's end.
    ///
    /// A rotation ends those that wait no longer, so there are a handful.
    package static let livingMax = 1_000

    /// Every key that is not revoked, in the order of creation.
    ///
    /// Asked stage by stage: however many have retired, the current key and the next are never cut off.
    package static func known(_ facts: some Facts) throws -> [Versioned<SigningKey>] {
        try [Stage.retired, .current, .next].flatMap { try members($0, facts) }
            .sorted { $0.createdIndex < $1.createdIndex }
    }

    private static func members(_ stage: Stage, _ facts: some Facts) throws -> [Versioned<SigningKey>] {
        // Of keys that have retired so many are enough: a rotation is refused before there are more.
        try facts.members(SigningKey.self, in: .platform, FacetKey("stage", stage.rawValue), limit: livingMax).items
    }

    /// The next key becomes current, the current one retires, and a new next is published.
    ///
    /// Keys that retired so long ago that no token of theirs can still be used end with it.
    ///
    /// - Parameter fresh: two keys, since none may be waiting that has the algorithm wanted: then the first signs at
    ///   once and the second is the next.
    package static func rotate(
        to fresh: (first: New, second: New),
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.writes(SigningKey.self), at: .platform, facts)
        guard try members(.retired, facts).count(where: { $0.state.isPublished(at: now) }) < livingMax else {
            throw Rejection(.limit, "max_signing_keys_reached", "\(livingMax) retired signing keys are still in use")
        }
        return try promote(now: now, facts: facts, fresh)
    }

    /// Takes a leaked key out of use at once: its tokens are refused from here on.
    package static func revoke(
        _ id: SigningKeyID,
        fresh: (first: New, second: New),
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.writes(SigningKey.self), at: .platform, facts)
        let key = try facts.living(id)
        let revoked = ended(id)
        switch key.state.stage {
        case .current:
            let promotion = try promote(now: now, facts: facts, fresh)
            return promotion.filter { $0.stream != id.text } + [revoked]
        case .next: return [fresh.first.created(.next), revoked]
        case .retired, .revoked: return [revoked]
        }
    }

    private static func promote(
        now: Instant,
        facts: some Facts,
        _ fresh: (first: New, second: New),
    ) throws -> [Event] {
        var events = try members(.retired, facts).filter { !$0.state.isPublished(at: now) }.map { ended($0.id) }
        for key in try members(.current, facts) {
            events.append(
                event(
                    .updated,
                    key.id,
                    in: .platform,
                    data: ["retired_at": .string(now.text), "stage": .string(Stage.retired.rawValue)]
                )
            )
        }
        // A next key of another algorithm was made before the configuration changed: it never signs.
        let next = try members(.next, facts)
        let fitting = next.last { $0.state.algorithm == fresh.first.algorithm }
        events += next.filter { $0.id != fitting?.id }.map { ended($0.id) }
        guard let fitting else { return events + [fresh.first.created(.current), fresh.second.created(.next)] }
        events.append(
            event(
                .updated,
                fitting.id,
                in: .platform,
                data: ["stage": .string(Stage.current.rawValue)]
            )
        )
        return events + [fresh.first.created(.next)]
    }

    /// The key verifies nothing from here on.
    private static func ended(_ id: SigningKeyID) -> Event {
        event(.revoked, id, in: .platform, data: ["stage": .string(Stage.revoked.rawValue)])
    }
}
