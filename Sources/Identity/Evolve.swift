import Wire

/// The fold of one resource: the state after an event, from the state before it.
///
/// It is strict both ways: an event that does not fit the state, names a field that does not exist, or gives one a
/// value of another kind, is poison, never something to skip over.
///
/// Compiled for what changes most: the views fold with it, and a generic function that is called from another target is
/// not specialised by itself.
@specialized(where R == Partner)
@specialized(where R == Tenant)
@specialized(where R == Application)
@specialized(where R == User)
@specialized(where R == Group)
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
        var new = Versioned(
            id: id,
            place: state.place(chain: event.chain),
            version: version,
            createdIndex: event.index,
            createdAt: event.recordedAt,
            updatedAt: event.recordedAt,
            state: state,
        )
        if state.status == .suspended { new.suspendedFrom = event.actorHome }
        guard new.chain == event.chain, state.status != .deleted, state.isWhole else {
            throw event.poison("it makes no whole \(R.noun), or counts elsewhere")
        }
        return new
    case (.updates, .some(let before)) where before.state.status != .deleted && before.chain == event.chain:
        var resource = before
        try apply(event, to: &resource.state)
        guard resource.state.status != .deleted else { throw event.poison("an update deletes nothing") }
        resource.place = resource.state.place(chain: event.chain)
        updateCommon(&resource, from: before, event, version)
        return resource
    case (.deletes, .some(let before)) where before.state.status != .deleted && before.chain == event.chain:
        var resource = before
        try apply(event, to: &resource.state)
        resource.state.status = .deleted
        resource.deletedAt = event.recordedAt
        resource.deletedFrom = event.actorHome
        updateCommon(&resource, from: before, event, version)
        return resource
    case (.restores, .some(let before)) where before.state.status == .deleted && before.chain == event.chain:
        var resource = before
        resource.state.status = .active
        try apply(event, to: &resource.state)
        guard resource.state.status != .deleted else { throw event.poison("what is restored is there") }
        resource.deletedAt = nil
        resource.deletedFrom = nil
        updateCommon(&resource, from: before, event, version)
        return resource
    case (.creates, _), (.updates, _), (.deletes, _), (.restores, _), (.links, _), (.unlinks, _), (.records, _),
        (.begins, _), (.happens, _):
        throw event.poison("it does not follow from the state before it")
    }
}

extension Resource {
    /// Whether it has everything that one of its kind always has.
    fileprivate var isWhole: Bool { Self.fields.allSatisfy { !$0.need.isRequired || $0.get(self) != .null } }
}

/// Updates what every change changes of a resource: version, moment, epoch and who suspended it.
private func updateCommon<R: Resource>(
    _ resource: inout Versioned<R>,
    from before: Versioned<R>,
    _ event: StoredEvent,
    _ version: UInt64,
) {
    resource.version = version
    resource.updatedAt = event.recordedAt
    let hasStopped = before.state.status == .active && resource.state.status != .active
    if hasStopped || resource.place != before.place || R.endsProofs(event) { resource.epoch += 1 }
    switch (before.state.status, resource.state.status) {
    case (_, .active): resource.suspendedFrom = nil
    case (.active, .suspended): resource.suspendedFrom = event.actorHome
    // Who stopped it before it was deleted stops it still.
    case (.deleted, .suspended): resource.suspendedFrom = before.suspendedFrom ?? event.actorHome
    case (.suspended, .suspended), (_, .deleted): break
    }
}

/// Sets the members that the event names; a sealed field's value is where its segment stands.
private func apply<R: Resource>(_ event: StoredEvent, to state: inout R) throws(Poison) {
    for (name, value) in try R.assignments(of: event, to: state).entries {
        guard let field = R.field(name) else { throw event.poison("\(R.noun) has no field \(name)") }
        // Of what is sealed the data says only that it was cleared.
        guard !field.kind.isSealed || value == .null, field.set(&state, value) else {
            throw event.poison("\(name) is not of its kind")
        }
    }
    for (ordinal, names) in event.sealedFields.enumerated() {
        for name in names {
            // What a request brought with it (address, reason) is sealed beside the resource's own fields.
            guard let field = R.field(name), field.kind.isSealed else { continue }
            _ = field.set(&state, [.integer(Int64(event.index)), .integer(Int64(ordinal))])
        }
    }
}

extension StoredEvent {
    package func poison(_ reason: String) -> Poison {
        Poison(index: index, type: type.text, reason: reason)
    }
}
