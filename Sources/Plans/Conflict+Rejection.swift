import Identity
import Wire

extension Conflict {
    /// Why the rules refused a change, in the words of plans.
    init<R: Resource>(
        _ rejection: Rejection,
        about resource: Versioned<R>,
        _ authority: Authority,
        _ facts: some Facts,
    ) throws {
        self.init(.notPermitted, resource.id.text)
        code = rejection.code
        switch rejection.kind {
        case .limit:
            kind = .limitReached
        case .absent:
            kind = .parentMissing
            offer = try facts.missing(above: resource.place) ?? resource.state.owner
        case .forbidden:
            // Who may change it, and is refused still, asks for more than it could hand out.
            let mayWrite = try authority.may(.writes(R.self), at: resource.place, facts)
            kind = mayWrite ? .wouldRaiseAuthority : .notPermitted
        case .conflict:
            holder = rejection.holder
            if holder != nil { kind = .nameTaken }
        case .invalid(let issues):
            field = issues.first?.location.last
        case .malformed, .unproven, .tooMany, .moved:
            break
        }
    }
}

extension Facts {
    /// The highest place from here upwards that was deleted: what has to be restored first.
    func missing(above place: Place) throws -> String? {
        for place in try (above(place).reversed() + [place]) where try !lives(place) { return place.text }
        return nil
    }
}
