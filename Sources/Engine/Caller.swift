package import EventLog
package import Identity
import Wire

/// Who asks, how that was proven, and the request it came with.
package struct Caller: Sendable {
    package var actor: Actor
    package var authority: Authority
    /// The chain the actor belongs to: its refusals count there.
    package var home: Chain
    package var request: Request
    /// The token that proved it: whether it still stands is asked again where a decision or an answer is made.
    package var token: AccessToken?

    /// The request as entries note it.
    package struct Request: Sendable {
        package var id: String
        /// The endpoint's stable name.
        package var endpoint: String
        package var trace: String?
        package var address: String?
        package var userAgent: String?
        /// Free text that gives the reason of a write.
        package var reason: String?

        package init(
            id: String,
            endpoint: String,
            trace: String? = nil,
            address: String? = nil,
            userAgent: String? = nil,
            reason: String? = nil,
        ) {
            self.id = id
            self.endpoint = endpoint
            self.trace = trace.map { ForeignText.clipped(Array($0.utf8), maxBytes: RequestNote.traceBytesMax) }
            self.address = address
            self.userAgent = userAgent.map {
                ForeignText.clipped(Array($0.utf8), maxBytes: RequestNote.userAgentBytesMax)
            }
            self.reason = reason
        }
    }

    package init(actor: Actor, authority: Authority, home: Chain, request: Request, token: AccessToken? = nil) {
        self.actor = actor
        self.authority = authority
        self.home = home
        self.request = request
        self.token = token
    }

    /// The product itself, for what no request made it do.
    package static let system = Caller(
        actor: .system,
        authority: .operatorAtTheMachine,
        home: .platform,
        request: Request(id: "", endpoint: "")
    )
}
