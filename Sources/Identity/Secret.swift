package import Wire

/// A secret of a client or an API key: shown once, kept as a keyed hash, replaced by rotation.
package struct Secret: Part {
    package static let kind = Kind.secret
    package static let area = Scope.Area("applications")
    package static let standsIn = Place.Level.allCases
    package static let ends = Verb.retired

    /// Two at a time: the one in use, and the one before it while a rotation overlaps.
    package static let overlapSecondsMax: Int64 = 30 * 86_400

    package var applicationID: ApplicationID?
    package var agentID: AgentID?
    package var organizationClientID: OrganizationClientID?
    package var apiKeyID: APIKeyID?
    package var key = ""
    package var mac = ""
    package var suffix = ""
    package var expiresAt: String?
    package var status = Status.active

    package init() {}

    package static let fields: [Field<Secret>] = [
        .identifier("application_id", \.applicationID, need: .internalOnly, "The application it belongs to."),
        .identifier("agent_id", \.agentID, need: .internalOnly, "The agent it belongs to."),
        .identifier(
            "client_id",
            \.organizationClientID,
            need: .internalOnly,
            "The organization's client it belongs to."
        ),
        .identifier("api_key_id", \.apiKeyID, need: .internalOnly, "The API key that it is the secret of."),
        .text("key", \.key, .stored, need: .internalOnly, "The key of the hash."),
        .text("mac", \.mac, .stored, need: .internalOnly, "The keyed hash."),
        .text("suffix", \.suffix, .stored, need: .internalOnly, "Its last four characters."),
        .optionalText("expires_at", \.expiresAt, .stored, need: .internalOnly, "When it ends, if that is known."),
        .choice("status", \.status, need: .internalOnly, "ACTIVE or DELETED."),
    ]

    package static let facets: [Facet<Secret>] = [
        Facet(\.applicationID), Facet(\.agentID), Facet(\.organizationClientID), Facet(\.apiKeyID),
    ]

    package enum Verb: String, EntryVerb {
        case created, updated, retired, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated: .updates
            case .retired: .deletes
            case .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "A secret was made."
            case .updated: "A secret got an end."
            case .retired: "A secret works no more."
            case .listed: "Somebody listed secrets."
            }
        }
    }

    /// The client that it belongs to.
    package var clientID: ClientID? {
        applicationID.map(ClientID.application) ?? agentID.map(ClientID.agent)
            ?? organizationClientID.map(ClientID.organizationClient)
    }
    package var owner: String? { clientID?.text ?? apiKeyID?.text }
    package static func permission(over secret: Secret) -> Permission {
        switch secret.clientID {
        case .application: .writes(Application.self)
        case .agent: .writes(Agent.self)
        case .organizationClient: .writes(OrganizationClient.self)
        case nil: secret.apiKeyID == nil ? .writes(Secret.self) : .writes(APIKey.self)
        }
    }

    package var proof: (key: String, mac: String)? { (key, mac) }

    package func isLive(at now: Instant) -> Bool {
        guard status == .active else { return false }
        guard let expiresAt, let end = try? Instant(canonical: expiresAt) else { return expiresAt == nil }
        return now < end
    }

    /// A secret about to be: its hash, and what may be shown of it later.
    package struct New: Sendable {
        package let id: SecretID
        package let key: String
        package let mac: String
        package let suffix: String

        package init(id: SecretID, key: String, mac: String, suffix: String) {
            self.id = id
            self.key = key
            self.mac = mac
            self.suffix = suffix
        }

        package func created(for owner: ClientID, chain: Place) -> Event {
            created(ownerField: owner.field, owner.text, chain)
        }

        func created(for owner: APIKeyID, chain: Place) -> Event {
            created(ownerField: "api_key_id", owner.text, chain)
        }

        private func created(ownerField: String, _ owner: String, _ chain: Place) -> Event {
            Secret.event(
                .created,
                id,
                in: chain,
                data: [
                    ownerField: .string(owner), "key": .string(key), "mac": .string(mac),
                    "suffix": .string(suffix),
                ]
            )
        }
    }

    /// Puts a new secret in place.
    ///
    /// What was there ends at once, or after `overlapSeconds`.
    package static func rotate<R: OAuthClient>(
        of id: Identifier<R>,
        to new: New,
        overlapSeconds: Int64,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let client = try facts.living(id)
        let chain = client.place
        try authority.require(.writes(R.self), at: chain, facts)
        // Whoever holds the secret holds all that the client may do: receiving it is being granted that.
        try authority.requireGrantable(client.state.power, at: chain, facts)
        guard client.state.tokenTerms.isConfidential else {
            throw Rejection(.conflict, "no_secret", "This \(R.noun) is of a type that has no secret")
        }
        let present = try known(of: R.clientID(id), in: chain, facts)
        let live = present.filter { $0.state.isLive(at: now) }
        // Only the newest goes on beside the new one; an older one that still overlapped has had its time.
        let kept = overlapSeconds > 0 ? live.last?.id : nil
        let ends = now.adding(seconds: overlapSeconds).text
        return [new.created(for: R.clientID(id), chain: chain)]
            + present.map { secret in
                secret.id == kept
                    ? event(.updated, secret.id, in: chain, data: ["expires_at": .string(ends)])
                    : event(.retired, secret.id, in: chain)
            }
    }

    /// How many may work at once beside each other, where they are added and removed one by one.
    package static let atOnceMax = 5

    /// Adds a secret to those that work.
    package static func add<R: OAuthClient>(
        _ new: New,
        to id: Identifier<R>,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let client = try facts.living(id)
        try authority.require(.writes(R.self), at: client.place, facts)
        // Whoever holds the secret holds all that the client may do: receiving it is being granted that.
        try authority.requireGrantable(client.state.power, at: client.place, facts)
        let present = try known(of: R.clientID(id), in: client.place, facts)
        // Those that have ended are not counted, but are not without number either.
        guard present.count(where: { $0.state.isLive(at: now) }) < atOnceMax, present.count < knownMax else {
            let message = "A client has at most \(atOnceMax) secrets at once: remove one first"
            throw Rejection(.limit, "max_secrets_reached", message)
        }
        try facts.requireUnused(new.id)
        return [new.created(for: R.clientID(id), chain: client.place)]
    }

    /// Takes one of several away; the last that works stays, or its client could never be proven again.
    package static func remove<R: OAuthClient>(
        _ secret: SecretID,
        of id: Identifier<R>,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let client = try facts.living(id)
        try authority.require(.writes(R.self), at: client.place, facts)
        let present = try known(of: R.clientID(id), in: client.place, facts)
        guard let leaving = present.first(where: { $0.id == secret }) else { throw Rejection.notFound(noun) }
        let live = present.filter { $0.state.isLive(at: now) }
        guard !leaving.state.isLive(at: now) || live.count > 1 else {
            // The contract's words, to the letter.
            throw Rejection(.conflict, "last_secret", "last client cannot be deleted")
        }
        return [event(.retired, secret, in: client.place)]
    }

    /// More than rotation ever leaves alive at once.
    private static let knownMax = 16

    /// Those of a client that are not retired, the oldest first.
    package static func known(
        of id: ClientID,
        in place: Place,
        _ facts: some Facts,
    ) throws -> [Versioned<Secret>] {
        try facts.members(Secret.self, in: place, FacetKey(id.field, id.text), limit: knownMax).items
    }

    /// Those of an API key that are not retired: one, but for a moment within a command.
    package static func known(of id: APIKeyID, in place: Place, _ facts: some Facts) throws -> [Versioned<Secret>] {
        try facts.members(Secret.self, in: place, FacetKey("api_key_id", id.text), limit: knownMax).items
    }
}
