package import Wire

/// Who did it, and how that was proven.
package struct Actor: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case user, application, client, apiKey = "api_key", agent, system, anonymous
    }

    /// How sure we were of a person, and since when.
    package struct Assurance: Sendable, Equatable {
        package enum Level: String, Sendable, CaseIterable { case identified, single, multi }
        package var level: Level
        /// RFC 8176 names.
        package var methods: [String]
        package var at: Instant

        package init(level: Level, methods: [String], at: Instant) {
            self.level = level
            self.methods = methods
            self.at = at
        }
    }

    /// Somebody in whose name the actor acted.
    package struct Principal: Sendable, Equatable {
        package var kind: Kind
        package var id: String

        package init(kind: Kind, id: String) {
            self.kind = kind
            self.id = id
        }
    }

    package var kind: Kind
    /// Nil of who is not known, and where a segment of the entry says it (``SealedActor``).
    package var id: String?
    /// For those who are no persons only.
    package var name: String?
    package var role: String?
    /// The chain the actor belongs to.
    package var home: String?
    /// The secret, key or passkey that was proven.
    package var credential: String?
    package var session: String?
    package var assurance: Assurance?
    /// Nearest first, at most four.
    package var onBehalfOf: [Principal]

    package init(
        kind: Kind,
        id: String? = nil,
        name: String? = nil,
        role: String? = nil,
        home: String? = nil,
        credential: String? = nil,
        session: String? = nil,
        assurance: Assurance? = nil,
        onBehalfOf: [Principal] = [],
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.role = role
        self.home = home
        self.credential = credential
        self.session = session
        self.assurance = assurance
        self.onBehalfOf = onBehalfOf
    }

    package static let system = Actor(kind: .system)
    package static let anonymous = Actor(kind: .anonymous)
}

extension Actor.Kind {
    /// Whether it is a person whom we know: such are not named to those below whom they act.
    package var isKnownPerson: Bool {
        switch self {
        case .user: true
        case .application, .client, .apiKey, .agent, .system, .anonymous: false
        }
    }

    /// Whether somebody is known by it: then the entry says who, or a segment does.
    package var isKnown: Bool {
        switch self {
        case .user, .application, .client, .apiKey, .agent: true
        case .system, .anonymous: false
        }
    }

    /// Whether it is no person, and has proven what it is: its activity may show address and user agent in clear.
    ///
    /// The system is none of these: it makes no requests.
    package var isProvenNonPerson: Bool {
        switch self {
        case .application, .client, .apiKey, .agent: true
        case .user, .system, .anonymous: false
        }
    }
}
