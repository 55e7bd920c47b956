package import Wire

/// A managed resource that proves itself with secrets and asks for tokens: a client (RFC 6749 §2).
///
/// What its secrets, tokens and endpoints have in common is written once, over this.
package protocol OAuthClient: ManagedResource {
    /// Its identifier among those of all kinds of clients.
    static func clientID(_ id: Identifier<Self>) -> ClientID

    /// What its tokens are like.
    var tokenTerms: TokenTerms { get }
}

extension OAuthClient {
    package static var hasSecret: Bool { true }
    package static func comesWithSecret(_ changes: Changes<Self>) -> Bool { true }
    package static var issued: [Issued] { [.tokens] }
    package static var moreShown: [(name: String, summary: String)] {
        [(name: "client_id", summary: "The same as id")]
    }

    package var power: [String] { tokenTerms.scopes }

    /// The secrets of a client that was deleted itself do not come back with it.
    package static func alongside(restored client: Versioned<Self>, _ facts: some Facts) throws -> [Event] {
        try Secret.known(of: clientID(client.id), in: client.place, facts).map {
            Secret.event(.retired, $0.id, in: client.place)
        }
    }
}

/// The identifier of a client of any kind: the `client_id` of OAuth (RFC 6749 §2.2).
package enum ClientID: Hashable, Sendable, CustomStringConvertible {
    case application(ApplicationID)
    case agent(AgentID)
    case organizationClient(OrganizationClientID)

    /// - Returns: nil for a text that no client of ours is called by.
    package init?(_ text: String) {
        if let id = ApplicationID(text) {
            self = .application(id)
        } else if let id = AgentID(text) {
            self = .agent(id)
        } else if let id = OrganizationClientID(text) {
            self = .organizationClient(id)
        } else {
            return nil
        }
    }

    package var text: String {
        switch self {
        case .application(let id): id.text
        case .agent(let id): id.text
        case .organizationClient(let id): id.text
        }
    }

    package var kind: Kind {
        switch self {
        case .application: .application
        case .agent: .agent
        case .organizationClient: .client
        }
    }

    /// Whether it asks for tokens at the root alone, and gets them from the issuer there: the base URL.
    package var isServedAtRoot: Bool {
        switch self {
        case .application, .agent: false
        case .organizationClient: true
        }
    }

    /// Whether its tokens may open our own API; the scopes of others are words between their owner and its services.
    package var mayActHere: Bool {
        switch self {
        case .application, .agent: true
        case .organizationClient: false
        }
    }

    /// The field by which others say that they hang on it: `application_id`.
    package var field: String { kind.rawValue + "_id" }

    package var description: String { text }
}

/// What the tokens of a client are like, as its fields say.
package struct TokenTerms: Sendable {
    /// Whether it keeps a secret, and so may ask for tokens in its own name (RFC 6749 §4.4).
    package var isConfidential = true
    /// The most that a token of it can carry.
    package var scopes: [String]
    package var lifetimeSeconds: Int64
    /// Whom a token is for, beside the client itself.
    package var audiences: [String] = []
    package var typ = TokenTyp.accessToken
    /// How many requests a minute it may make, of tokens and with them; nil for any number.
    package var requestsPerMinuteMax: Int64?
    package var claims: ClientClaims

    package init(scopes: [String], lifetimeSeconds: Int64?, claims: ClientClaims) {
        self.scopes = scopes
        self.lifetimeSeconds = lifetimeSeconds ?? Application.tokenLifetimeSecondsDefault
        self.claims = claims
    }
}

/// What a token tells of its client, beyond what every token tells.
package enum ClientClaims: Sendable, Equatable {
    case application(Application.Level)
    /// The tools that an agent may use, and what sort of agent it is.
    case agent(allowedTools: [String], type: String?)
    /// Claims of the organization's own.
    case organizationClient(customClaims: Members)
}

/// A client of any kind, with all that proofs and tokens need of it.
package struct ClientState: Sendable {
    package let id: ClientID
    package let name: String
    package let place: Place
    package let status: Status
    package let epoch: UInt64
    package let terms: TokenTerms

    package init<R: OAuthClient>(_ client: Versioned<R>) {
        id = R.clientID(client.id)
        name = client.state.searchText.first ?? ""
        place = client.place
        status = client.state.status
        epoch = client.epoch
        terms = client.state.tokenTerms
    }
}

extension Facts {
    /// A client, a deleted one included.
    package func client(_ id: ClientID) throws -> ClientState? {
        switch id {
        case .application(let id): try resource(id).map { ClientState($0) }
        case .agent(let id): try resource(id).map { ClientState($0) }
        case .organizationClient(let id): try resource(id).map { ClientState($0) }
        }
    }
}
