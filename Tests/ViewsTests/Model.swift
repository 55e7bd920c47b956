import Identity
import Views
import Wire

/// What the views should say, the slow way: every question goes over all entries from the first.
struct Model {
    private var entries: [(event: StoredEvent, stream: String)] = []

    mutating func take(_ events: [StoredEvent]) {
        for event in events where event.type.isState {
            if let stream = event.stream { entries.append((event, stream)) }
        }
    }

    /// All resources of a kind after an entry, in the order of creation.
    func all<R: Resource>(_ kind: R.Type, asOf index: UInt64) throws -> [Versioned<R>] {
        var order: [String] = []
        var states: [String: Versioned<R>] = [:]
        for entry in entries where entry.event.index <= index && Identifier<R>(entry.stream) != nil {
            if states[entry.stream] == nil { order.append(entry.stream) }
            states[entry.stream] = try evolve(states[entry.stream], by: entry.event)
        }
        return order.compactMap { states[$0] }
    }
}

extension FoldedEntry {
    /// The entry as a resource's fold sees it.
    var stored: StoredEvent {
        StoredEvent(
            index: index,
            type: type,
            recordedAt: recordedAt,
            stream: stream,
            version: version,
            data: data,
            sealedFields: sealed.map(\.fields)
        )
    }
}
