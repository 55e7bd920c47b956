package import EventLog
package import Identity
import Wire

/// Who asks, how that was proven, and the request it came with.
///
/// What it may do is not part of it: that is computed from the proof and the state, wherever something is decided or
/// answered (``authority(_:)``).
package struct Caller: Sendable {
    package var actor: Actor
    package var credential: Credential
    /// The place the actor belongs to: its refusals count there.
    package var home: Place
    package var request: Request

    /// How it was proven who asks.
    package enum Credential: Sendable {
        /// Not at all, or not yet: some prove themselves within the decision.
        case none
        /// An access token: whether it still stands is asked of the very state that is decided on.
        case token(AccessToken)
        /// An API key: whether it can still be used, likewise.
        case key(APIKeyProof)
        /// The product itself, or the operator at the machine.
        case machine
    }

    /// The request as entries record it.
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
            self.trace = trace.map { ForeignText.clipped(Array($0.utf8), maxBytes: EntryRequest.traceBytesMax) }
            self.address = address
            self.userAgent = userAgent.map {
                ForeignText.clipped(Array($0.utf8), maxBytes: EntryRequest.userAgentBytesMax)
            }
            self.reason = reason
        }
    }

    package init(actor: Actor, credential: Credential, home: Place, request: Request) {
        self.actor = actor
        self.credential = credential
        self.home = home
        self.request = request
    }

    /// The product itself, for what no request made it do.
    package static let system = Caller(
        actor: .system,
        credential: .machine,
        home: .platform,
        request: Request(id: "", endpoint: "")
    )

    /// Somebody who has proven nothing.
    package static func stranger(_ request: Request) -> Caller {
        Caller(actor: .anonymous, credential: .none, home: .platform, request: request)
    }
}
