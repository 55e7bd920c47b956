package import Identity

/// Says no to a proven caller before there is anything to decide, and leaves the entry of it.
package struct RefuseAccess: Command {
    private let rejection: Rejection
    /// What was asked for, where the request names it.
    private let target: String?

    package init(_ rejection: Rejection, target: String? = nil) {
        self.rejection = rejection
        self.target = target
    }

    package func decide(_ room: Room) throws -> [Event] { throw rejection }
    package func output(_ room: Room) throws {}

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        RefusalNote(rejection, attempted: room.caller.request.endpoint, target: target, caller: room.caller)
    }
}
