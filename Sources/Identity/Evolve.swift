import Wire

/// The fold of one resource: the state after an event, from the state before it.
///
/// It is strict both ways: an event that does not fit the state, or names a field that does not exist, is poison, never
/// something to skip over.
///
/// Compiled for what changes most: the views fold with it, and a generic function that is called from another target is
/// not specialised by itself.
@specialized(where R == Partner)
@specialized(where R == Tenant)
@specialized(where R == Application)
package func evolve<R: Resource>(
    _ current: Versioned<R>?,
    by event: StoredEvent,
) throws(Poison) -> Versioned<R> {
    guard let stream = event.stream, let id = Identifier<R>(stream), let version = event.version else {
        throw event.poison("it names no \(R.noun)")
    }
    switch (event.type.effect, current) {
    case (.creates, nil):
        var state = R()
        try apply(event, to: &state)
        return Versioned(
            id: id,
            version: version,
            createdIndex: event.index,
            createdAt: event.recordedAt,
            updatedAt: event.recordedAt,
            state: state,
        )
    case (.updates, .some(var resource)) where resource.state.status != .deleted:
        try apply(event, to: &resource.state)
        resource.version = version
        resource.updatedAt = event.recordedAt
        return resource
    case (.deletes, .some(var resource)) where resource.state.status != .deleted:
        try apply(event, to: &resource.state)
        resource.state.status = .deleted
        resource.version = version
        resource.updatedAt = event.recordedAt
        resource.deletedAt = event.recordedAt
        return resource
    case (.creates, _), (.updates, _), (.deletes, _), (.records, _), (.happens, _):
        throw event.poison("it does not follow from the state before it")
    }
}

/// Sets the members that the event names; a sealed field's value is where its segment stands.
private func apply<R: Resource>(_ event: StoredEvent, to state: inout R) throws(Poison) {
    for (name, value) in try assignments(of: event, in: state).entries {
        guard let field = R.field(name) else { throw event.poison("\(R.noun) has no field \(name)") }
        field.set(&state, value)
    }
    for (ordinal, names) in event.sealedFields.enumerated() {
        for name in names {
            // What a request brought with it (address, reason) is sealed beside the resource's own fields.
            guard let field = R.field(name), field.kind.isSealed else { continue }
            field.set(&state, [.integer(Int64(event.index)), .integer(Int64(ordinal))])
        }
    }
}

/// The fields an event sets: a transfer says whence and whither, and of the tenant it sets the partner.
private func assignments<R: Resource>(of event: StoredEvent, in state: R) throws(Poison) -> Members {
    guard event.type == .tenantTransferred else { return event.data }
    guard event.data.count == 2, let origin = event.data["from"], let target = event.data["to"],
        R.field("partner_id")?.get(state) == origin
    else { throw event.poison("it does not lead from the tenant's partner to another") }
    return ["partner_id": target]
}

extension StoredEvent {
    package func poison(_ reason: String) -> Poison {
        Poison(index: index, type: type.rawValue, reason: reason)
    }
}
