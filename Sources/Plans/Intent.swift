import Identity
import Wire

/// What a plan means to do with one resource or edge, before the rules are asked.
struct Intent<Base: Facts> {
    /// When it is done: names are freed before they are taken, places are there before what stands in them.
    enum Step: Int, Comparable {
        case unlink, endPart, delete, deleteTenant, deletePartner
        case partner, tenant, resource, part, link

        static func < (left: Step, right: Step) -> Bool { left.rawValue < right.rawValue }
    }

    let stream: String
    /// The noun of its kind or relation.
    let kind: String
    let step: Step
    /// Within a step: the entry that created it.
    let created: UInt64
    /// The version that it has now.
    let version: UInt64
    let fields: [PlannedField]
    /// The newest entry that it undoes.
    let compensates: UInt64?
    /// Where it stands, so that what stands in a place that goes is left to that place.
    let place: Place?
    /// The place that goes with all that stands in it.
    var swept: Place?
    /// Says which unique texts it will have; nil where it changes none.
    var announce: ((PlannedFacts<Base>) -> Void)?
    /// Asks the rules.
    let decide: (PlannedFacts<Base>) throws -> [Event]
    /// Says why the rules refused.
    let conflict: (Rejection, PlannedFacts<Base>) throws -> Conflict

    static func isBefore(_ left: Self, _ right: Self) -> Bool {
        if left.step != right.step { return left.step < right.step }
        if left.created != right.created { return left.created < right.created }
        return left.stream.utf8.lexicographicallyPrecedes(right.stream.utf8)
    }
}

extension Intent.Step {
    /// When a resource of a kind goes.
    static func deleting<R: Resource>(_ kind: R.Type) -> Self {
        switch R.isPlace {
        case .partner: .deletePartner
        case .tenant: .deleteTenant
        case .platform, nil: .delete
        }
    }

    /// When one is changed, or comes back.
    static func changing<R: Resource>(_ kind: R.Type) -> Self {
        switch R.isPlace {
        case .partner: .partner
        case .tenant: .tenant
        case .platform, nil: .resource
        }
    }
}
