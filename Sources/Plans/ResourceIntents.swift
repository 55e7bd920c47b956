import Identity
import Views
import Wire

/// What a plan means to do with a resource: written once for every kind.
struct ResourceIntents<Base: PositionedReader>: KindVisitor {
    let maker: PlanMaker<Base>
    let wish: Wish

    /// Nobody changes such a thing by hand.
    func visit<R: Resource>(_ kind: R.Type) throws {
        if case .restore = wish.aim, R.isCredential { return }
        var conflict = Conflict(.notPermitted, wish.stream)
        conflict.code = "not_undoable"
        maker.refuse(conflict)
    }

    func visit<R: ManagedResource>(managed kind: R.Type) throws {
        guard let (current, aim) = try currentAndAim(of: R.self) else { return }
        let isThere = current.state.life == .living
        switch (isThere, aim.isLiving) {
        case (false, false): break
        case (true, false):
            if aim.isSince, case .restore(_, .keep) = wish.aim { return }
            maker.add(removal(of: current, aim))
        case (false, true): if let intent = try restoration(of: current, aim) { maker.add(intent) }
        case (true, true):
            let edit = try FieldEdit(of: current, to: aim, maker)
            if !edit.isEmpty { maker.add(update(of: current, aim, edit)) }
        }
    }

    func visit<R: Part>(part kind: R.Type) throws {
        guard let (current, aim) = try currentAndAim(of: R.self) else { return }
        let life = { (life: Life) in (life == .living ? Status.active : .deleted).rawValue }
        let field = PlannedField(
            "status",
            before: .string(life(current.state.life)),
            after: .string(life(aim.isLiving ? .living : .deleted))
        )
        switch (current.state.life == .living, aim.isLiving) {
        case (true, true), (false, false): break
        case (true, false):
            // A moment is restored with the credentials that there are now.
            if case .restore = wish.aim, R.returns == nil { return }
            maker.add(
                make(of: current, aim, .endPart, [field]) { planned in
                    try R.end(current.id, by: maker.task.authority, facts: planned)
                }
            )
        case (false, true):
            guard R.returns != nil else { return maker.add(Loss(.secrets, of: current.state.owner)) }
            maker.add(
                make(of: current, aim, .part, [field]) { planned in
                    try R.bringBack(current.id, by: maker.task.authority, facts: planned)
                }
            )
        }
    }

    /// How it stands, and what it is to be like; nil where there is no such thing.
    private func currentAndAim<R: Resource>(of kind: R.Type) throws -> (Versioned<R>, Aim<R>)? {
        guard let id = Identifier<R>(wish.stream), let current = try maker.base.resource(id) else { return nil }
        let aim: Aim<R> =
            switch wish.aim {
            case .undo(let entries): try Aim(current, without: entries, force: maker.task.force, in: maker.base)
            case .restore(let index, _): try Aim(current, at: index, in: maker.base)
            }
        for conflict in aim.conflicts { maker.refuse(conflict) }
        if aim.losesSecrets { maker.add(Loss(.secrets, of: id.text)) }
        return (current, aim)
    }

    private func removal<R: ManagedResource>(of current: Versioned<R>, _ aim: Aim<R>) -> Intent<Base> {
        let isSwept: Bool
        switch wish.aim {
        case .undo: isSwept = false
        case .restore: isSwept = R.isPlace != nil
        }
        let status = PlannedField(
            "status",
            before: .string(current.state.status.rawValue),
            after: .string(Status.deleted.rawValue)
        )
        var intent = make(of: current, aim, .deleting(R.self), [status]) {
            [authority = maker.task.authority] planned in
            try R.delete(current.id, cascade: isSwept, ifVersion: nil, by: authority, facts: planned)
        }
        if isSwept { intent.swept = current.chain }
        return intent
    }

    private func update<R: ManagedResource>(
        of current: Versioned<R>,
        _ aim: Aim<R>,
        _ edit: FieldEdit<R>,
    ) -> Intent<Base> {
        var intent = make(of: current, aim, .changing(R.self), edit.fields) {
            [authority = maker.task.authority] planned in
            let changes = try Changes<R>(edit.body, for: .update)
            return try R.update(current.id, changes, ifVersion: nil, by: authority, facts: planned)
        }
        if !edit.uniqueTexts.isEmpty {
            intent.announce = { planned in
                for (field, text) in edit.uniqueTexts {
                    planned.announce(text, in: field, of: current.id, current.place)
                }
            }
        }
        return intent
    }

    /// It comes back with the fields it had when it was deleted; what it is to have besides is changed then.
    private func restoration<R: ManagedResource>(of current: Versioned<R>, _ aim: Aim<R>) throws -> Intent<Base>? {
        let edit = try FieldEdit(of: current, to: aim, maker)
        guard let texts = try edit.presentTexts(of: current, maker) else { return nil }
        let (authority, status) = (maker.task.authority, aim.state?.status ?? .active)
        let fields = [
            PlannedField("status", before: .string(Status.deleted.rawValue), after: .string(status.rawValue))
        ]
        return make(of: current, aim, .changing(R.self), fields + edit.fields.filter { $0.name != "status" }) {
            planned in
            var events = try R.restore(current.id, texts: texts, by: authority, facts: planned)
            let after = planned.attempt()
            try after.apply(events)
            guard let back = try after.resource(current.id) else { return events }
            var body = edit.body
            // Who may not start it leaves it suspended.
            let mayStart = back.state.status == .active || !R.comesBackSuspended
            body["status"] = back.state.status == status || !mayStart ? nil : .string(status.rawValue)
            if body.isEmpty { return events }
            let changes = try Changes<R>(body, for: .update)
            events += try R.update(current.id, changes, ifVersion: nil, by: authority, facts: after)
            return events
        }
    }

    private func make<R: Resource>(
        of current: Versioned<R>,
        _ aim: Aim<R>,
        _ step: Intent<Base>.Step,
        _ fields: [PlannedField],
        decide: @escaping (PlannedFacts<Base>) throws -> [Event],
    ) -> Intent<Base> {
        Intent(
            stream: current.id.text,
            kind: R.noun,
            step: step,
            created: current.createdIndex,
            version: current.version,
            fields: fields.map { field in
                var field = field
                field.source = field.source ?? aim.sources[field.name]
                return field
            },
            compensates: aim.compensates,
            place: current.place,
            decide: decide,
            conflict: { [authority = maker.task.authority] rejection, planned in
                try Conflict(rejection, about: current, authority, planned)
            }
        )
    }
}
