package import Identity
package import Wire

/// What an undo or a restore would do now: a function of what was asked and of the state, and nothing else.
///
/// It is stored nowhere. Whoever carries it out has it made again, in the writer's transaction, and only the same plan
/// is carried out: its ``digest`` says so.
package struct Plan: Sendable {
    /// In the order in which they are made.
    package var changes: [PlannedChange] = []
    /// What was asked and is left out, each with its reason.
    package var conflicts: [Conflict] = []
    /// What does not come back, or ends.
    package private(set) var losses: [Loss] = []
    /// The same, so that each is told once however many there are.
    private var known: Set<Loss> = []
    /// What works again because a place that it stands in is back.
    package var returns: [Carried] = []
    /// What works no more because a place that it stands in stops.
    package var ends: [Carried] = []
    /// How many of each kind stand in the places that come back or stop.
    package var contents: [(kind: Kind, count: Int)] = []

    package init() {}

    package mutating func add(_ loss: Loss) {
        if known.insert(loss).inserted { losses.append(loss) }
    }
}

/// A change of one resource or edge, with the entries that make it.
package struct PlannedChange: Sendable {
    /// The identifier of the resource, or the stream of the edge.
    package var resource: String
    /// The noun of its kind or relation.
    package var kind: String
    /// What happens to it: the verb of its first entry.
    package var verb: String
    /// The version that it has before; 0 for what is new.
    package var version: UInt64
    package var fields: [PlannedField]
    package var events: [Event]

    package init(
        resource: String,
        kind: String,
        verb: String,
        version: UInt64,
        fields: [PlannedField],
        events: [Event],
    ) {
        self.resource = resource
        self.kind = kind
        self.verb = verb
        self.version = version
        self.fields = fields
        self.events = events
    }
}

/// A field that changes: its value before and after, as answers show it.
package struct PlannedField: Sendable {
    package var name: String
    package var before: JSON
    package var after: JSON
    /// The index of the version that the new value is taken from; nil where the request brings it.
    package var source: UInt64?

    package init(_ name: String, before: JSON, after: JSON, source: UInt64? = nil) {
        (self.name, self.before, self.after, self.source) = (name, before, after, source)
    }
}

/// Something that was asked and is left out of a plan.
package struct Conflict: Sendable, Equatable {
    /// Why: the closed list.
    package enum Kind: String, Sendable, CaseIterable {
        /// Something else has changed it since; it can be forced.
        case changedSince = "changed_since"
        /// Somebody else has the name or the address now.
        case nameTaken = "name_taken"
        case limitReached = "limit_reached"
        /// What it stands in, or hangs on, is not there.
        case parentMissing = "parent_missing"
        /// The caller may not do it by hand, or a rule forbids it to everybody.
        case notPermitted = "not_permitted"
        /// It would give somebody a right that the caller could not give.
        case wouldRaiseAuthority = "would_raise_authority"
        /// The value was erased.
        case erased
        /// A legal hold forbids it.
        case held
    }

    package var kind: Kind
    package var resource: String
    package var field: String?
    /// The entry that was to be undone.
    package var entry: UInt64?
    /// The entry that changed it since.
    package var index: UInt64?
    /// Who has the name.
    package var holder: String?
    /// What could be restored too, so that it becomes possible.
    package var offer: String?
    /// The code of the rule that forbids it.
    package var code: String?

    package init(_ kind: Kind, _ resource: String, field: String? = nil) {
        (self.kind, self.resource, self.field) = (kind, resource, field)
    }
}

/// Something that a plan does not bring back, or that ends with it.
package struct Loss: Sendable, Hashable {
    /// The closed list.
    package enum Kind: String, Sendable, CaseIterable {
        case secrets, sessions, tokens
        case erasedValues = "erased_values"
        case activityRemoved = "activity_removed"
    }

    package var kind: Kind
    /// Of which resource; nil where it is no resource's.
    package var resource: String?

    package init(_ kind: Kind, of resource: String?) { (self.kind, self.resource) = (kind, resource) }
}

/// A credential that comes and goes with a place: what it is, and what it hangs on.
package struct Carried: Sendable, Equatable {
    package var resource: String
    package var kind: String
    package var owner: String?
}
