import Engine
import EventLog
import Identity
import Views
import Wire

extension Call {
    /// Reads one committed moment, as of the position that the request asks for.
    ///
    /// What authority says there is the answer, and a no is an entry.
    ///
    /// - Parameter target: what was asked for, where the path names it.
    func read<Value: Sendable>(
        for target: String? = nil,
        _ body: (_ reader: ViewSnapshot, _ judge: Judge) throws -> Value,
    ) async throws(Refusal) -> Sight<Value> {
        try await answering(for: target) { () throws(Refusal) in
            try admin.instance.read(at: position, by: caller, body)
        }
    }

    /// Lets a question be answered; a no is an entry.
    func answering<Value: Sendable>(
        for target: String? = nil,
        _ body: () throws(Refusal) -> Value,
    ) async throws(Refusal) -> Value {
        do throws(Refusal) {
            return try body()
        } catch {
            guard case .rejected(let rejection) = error, rejection.isForbidden else { throw error }
            throw await denied(rejection, target)
        }
    }

    private func denied(_ rejection: Rejection, _ target: String?) async -> Refusal {
        do throws(Refusal) {
            _ = try await admin.instance.perform(RefuseAccess(rejection, target: target), by: caller)
            return .rejected(rejection)
        } catch {
            return error
        }
    }

    /// Writes down that this was read; the query goes sealed, since people search for people.
    func record(
        _ type: EntryType,
        chain: Place,
        stream: String? = nil,
        data: Members = [:],
    ) async throws(Refusal) {
        var event = Event(type, chain: chain, stream: stream, data: data)
        if !query.text.isEmpty, let subject = caller.actor.id {
            let owner = caller.actor.kind == .user ? subject : caller.home.text
            let sent = ForeignText.clipped(Array(query.text.utf8), maxBytes: Self.queryBytesMax)
            event.sealed = [
                Event.Sealed(
                    subject: subject,
                    key: "\(owner)/\(admin.instance.world.wall().month)",
                    fields: ["query": .string(sent)]
                )
            ]
        }
        try await admin.instance.record(event, by: caller)
    }

    /// More of a query than any of ours needs.
    private static let queryBytesMax = 4_096
}
