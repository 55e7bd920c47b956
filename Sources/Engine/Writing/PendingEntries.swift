import EventLog
import Identity
import Wire

/// Turns the events of a decision into entries that are not written yet.
///
/// It adds who acted and from where, and seals what is personal in that.
struct PendingEntries {
    let caller: Caller
    /// The name of the key that made the idempotency hashes.
    let macKey: String
    let now: Instant

    /// - Parameter subject: the place of the entry that the request is about.
    func make(_ events: [Event], subject: Int = 0, idempotency: Idempotency?) -> [PendingEntry] {
        events.enumerated().map { position, event in
            var pending = PendingEntry(
                type: event.type.text,
                schema: event.type.schema,
                class: event.type.isState ? .state : .activity,
                result: Entry.Result(event.result),
                code: event.code,
                cause: event.cause,
                actor: caller.actor,
                chain: event.chain.text,
                stream: event.stream,
                data: event.data,
                compensates: event.compensates,
                sealed: event.sealed.map { PendingEntry.Sealed(subject: $0.subject, key: $0.key, fields: $0.fields) }
            )
            pending.request = request(event, idempotency: position == 0 ? idempotency : nil)
            let traces = position == subject ? traces(event) : []
            if let home = caller.actor.homeAbove(event.chain) {
                seal(caller.actor, at: home, in: &pending, traces)
            } else {
                pending.sealed += traces
            }
            return pending
        }
    }

    /// Puts whatever tells which person acted into one segment of the entry, under a key of the person's home.
    ///
    /// That is also what the entry keeps of the person's own: from where it was done, why, what was searched for.
    private func seal(_ actor: Actor, at home: Place, in pending: inout PendingEntry, _ traces: [PendingEntry.Sealed]) {
        let isOwn = { (part: PendingEntry.Sealed) in actor.id.map(part.subject.bytesEqual) ?? false }
        var fields: Members = [SealedActor.field: SealedActor.value(actor)]
        for (name, value) in (pending.sealed.filter(isOwn) + traces).flatMap(\.fields) { fields[name] = value }
        pending.actor = SealedActor.shown(actor)
        pending.sealed.removeAll(where: isOwn)
        pending.sealed.append(
            PendingEntry.Sealed(subject: home.text, key: "\(home.text)/actors/\(now.month)", fields: fields)
        )
    }

    /// In clear only what a machine's activity may show; the rest goes into `traces`.
    private func request(_ event: Event, idempotency: Idempotency?) -> EntryRequest? {
        guard !caller.request.endpoint.isEmpty else { return nil }
        var request = EntryRequest(
            id: caller.request.id,
            endpoint: caller.request.endpoint,
            trace: caller.request.trace
        )
        if isClear(event) {
            request.ip = caller.request.address
            request.userAgent = caller.request.userAgent
        }
        request.idempotency = idempotency.map {
            EntryRequest.Idempotency(
                key: KeyedHash(key: macKey, mac: $0.key),
                fingerprint: KeyedHash(key: macKey, mac: $0.fingerprint)
            )
        }
        return request
    }

    private func isClear(_ event: Event) -> Bool { !event.type.isState && caller.actor.kind.isProvenNonPerson }

    private func traces(_ event: Event) -> [PendingEntry.Sealed] {
        var parts: [PendingEntry.Sealed] = []
        if !isClear(event) {
            var fields: Members = [:]
            if let address = caller.request.address { fields.append("ip", .string(address)) }
            if let agent = caller.request.userAgent { fields.append("user_agent", .string(agent)) }
            if !fields.isEmpty {
                parts.append(PendingEntry.Sealed(subject: subject, key: traceKey(event), fields: fields))
            }
        }
        if let reason = caller.request.reason, event.type.isState {
            parts.append(
                PendingEntry.Sealed(
                    subject: event.chain.text,
                    key: SealingKey.notes.name(of: event.chain.text),
                    fields: ["reason": .string(reason)]
                )
            )
        }
        return parts
    }

    private var subject: String { caller.actor.kind == .anonymous ? "unknown" : caller.actor.id ?? "platform" }

    /// A person's traces end with the person; those of all others with their month, so that they have a key for each.
    private func traceKey(_ event: Event) -> String {
        switch caller.actor.kind {
        case .anonymous: "unknown/\(event.chain.text)/\(now.month)"
        case .user: SealingKey.traces.name(of: subject)
        case .application, .client, .apiKey, .agent, .system: "\(event.chain.text)/\(now.month)"
        }
    }
}

extension Entry.Result {
    init(_ result: Event.Result) {
        switch result {
        case .ok: self = .ok
        case .denied: self = .denied
        case .failed: self = .failed
        }
    }
}
