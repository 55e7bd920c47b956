import Wire

/// An agent: a program that acts by itself for a tenant, with the tools and scopes that it was given.
package struct Agent: OAuthClient {
    package static let kind = Kind.agent
    package static let area = Scope.Area("agents")
    package static let standsIn = [Place.Level.tenant]

    package static let requestsPerMinute: ClosedRange<Int64> = 1...1_000_000
    /// It is part of keys of rows.
    private static let typeCharactersMax = 64

    package var name = ""
    package var description: String?
    package var tenantID: TenantID?
    package var type: String?
    package var status = Status.active
    package var allowedTools: [String] = []
    package var allowedScopes: [String] = []
    package var requestsPerMinuteMax: Int64?
    package var tokenLifetimeSeconds: Int64? = Application.tokenLifetimeSecondsDefault

    package init() {}

    package static let fields: [Field<Agent>] = [
        .text("name", \.name, .name, need: .required, "The name shown in the audit: name it after what it does."),
        .optionalText("description", \.description, .lines(max: 2_000), "What it is for."),
        .identifier("tenant_id", \.tenantID, need: .requiredFixed, "The tenant it acts for."),
        .optionalText("agent_type", \.type, .text(max: typeCharactersMax), "What sort of agent it is, in your words."),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
        .list(
            "allowed_tools",
            \.allowedTools,
            .tools,
            "The tools its tokens name for tool servers to heed; a PATCH replaces the list."
        ),
        .list("allowed_scopes", \.allowedScopes, .scopes, "The most its tokens can carry; a PATCH replaces the list."),
        .number(
            "rate_limit_rpm",
            \.requestsPerMinuteMax,
            .count(requestsPerMinute),
            "Requests a minute that it may make, of tokens and with them; null for any number."
        ),
        .number(
            "token_lifetime",
            \.tokenLifetimeSeconds,
            .seconds(Application.tokenLifetimeSeconds),
            "Seconds a token lives."
        ),
    ]

    package static let facets: [Facet<Agent>] = [Facet(\.status), Facet(\.type)]

    package var searchText: [String] { [name] }

    package static func place(of new: Agent) throws(Rejection) -> Place {
        guard let tenant = new.tenantID else { throw .notFound(Tenant.noun) }
        return .tenant(tenant)
    }

    /// Whoever lets its tokens live longer makes them usable as well.
    package static func makesUsable(_ next: Agent, from current: Agent, by changes: Changes<Agent>) -> Bool {
        current.status != .active && next.status == .active
            || next.tokenTerms.lifetimeSeconds > current.tokenTerms.lifetimeSeconds
    }

    /// As one of the contract's pages calls them (decision 15 of the contract).
    package static let pathAlias: String? = "mcp-agents"

    package static func clientID(_ id: AgentID) -> ClientID { .agent(id) }

    package var tokenTerms: TokenTerms {
        var terms = TokenTerms(
            scopes: allowedScopes,
            lifetimeSeconds: tokenLifetimeSeconds,
            claims: .agent(allowedTools: allowedTools, type: type)
        )
        terms.requestsPerMinuteMax = requestsPerMinuteMax
        return terms
    }

    package enum Verb: String, LifeVerb {
        case created, updated, deleted, restored, read, listed

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated: .updates
            case .deleted: .deletes
            case .restored: .restores
            case .read, .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "An agent was registered."
            case .updated: "An agent was changed."
            case .deleted: "An agent was deleted."
            case .restored: "A deleted agent is back, without its secrets."
            case .read: "Somebody read an agent."
            case .listed: "Somebody listed agents."
            }
        }
    }
}

/// The name of a tool, as an agent's tokens list it.
enum ToolName {
    /// - Returns: what is wrong with a text; nil where a tool can be called so.
    static func check(_ text: String) -> String? {
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return (1...FieldKind.toolCharactersMax).contains(text.utf8.count) && isVisible
            ? nil : "A tool's name has 1 to \(FieldKind.toolCharactersMax) visible ASCII characters"
    }
}
