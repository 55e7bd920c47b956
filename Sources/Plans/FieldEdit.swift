import Identity
import Views
import Wire

/// The fields that a resource is to have other values in, as the body of a change would bring them.
struct FieldEdit<R: ManagedResource> {
    private(set) var body: Members = [:]
    private(set) var fields: [PlannedField] = []
    /// The texts that nobody else may have; nil where it gives one up.
    private(set) var uniqueTexts: [(field: Field<R>, text: String?)] = []

    var isEmpty: Bool { body.isEmpty }

    /// Compares, and opens what is sealed of the two.
    init<Base: PositionedReader>(of current: Versioned<R>, to aim: Aim<R>, _ maker: PlanMaker<Base>) throws {
        guard let state = aim.state else { return }
        for field in R.fields where field.isChangeable {
            let (before, after) = (field.get(current.state), field.get(state))
            if before == after { continue }
            // What was deleted has no other status to compare: whoever restores it says which it gets.
            if field.name == "status", current.state.life == .deleted { continue }
            var values = (before: field.kind.shown(before), after: field.kind.shown(after))
            if field.kind.isSealed {
                values = (try Self.open(before, field, of: current, maker) ?? .null, .null)
                if after != .null {
                    guard let value = try Self.open(after, field, of: current, maker) else {
                        maker.refuse(Conflict(.erased, current.id.text, field: field.name))
                        continue
                    }
                    values.after = value
                }
                if values.before == values.after { continue }
            }
            body.append(field.name, values.after)
            fields.append(
                PlannedField(field.name, before: values.before, after: values.after, source: aim.sources[field.name])
            )
            if field.index?.isUnique == true { uniqueTexts.append((field, values.after.text)) }
        }
    }

    /// The sealed texts that a deleted one had and that nobody else may have now.
    ///
    /// - Returns: nil where something is erased that one of its kind always has.
    func presentTexts<Base: PositionedReader>(of current: Versioned<R>, _ maker: PlanMaker<Base>) throws -> Members? {
        var texts: Members = [:]
        for field in R.fields where field.kind.isSealed && !field.kind.isHidden {
            let stored = field.get(current.state)
            if stored == .null { continue }
            if let text = try Self.open(stored, field, of: current, maker) {
                if field.index?.isUnique == true { texts[field.name] = text }
            } else if field.need.isRequired {
                maker.refuse(Conflict(.erased, current.id.text, field: field.name))
                return nil
            } else {
                maker.add(Loss(.erasedValues, of: current.id.text))
            }
        }
        return texts
    }

    private static func open<Base: PositionedReader>(
        _ stored: JSON,
        _ field: Field<R>,
        of resource: Versioned<R>,
        _ maker: PlanMaker<Base>,
    ) throws -> JSON? {
        guard let reference = SealedReference(stored: stored), let key = field.kind.sealing else { return nil }
        return try maker.task.opening(reference, key.name(of: resource.id.text))?[field.name]
    }
}

extension Field {
    /// Whether a change may name it.
    fileprivate var isChangeable: Bool {
        switch need {
        case .required, .optional: true
        case .fixed, .requiredFixed, .internalOnly: false
        }
    }
}
