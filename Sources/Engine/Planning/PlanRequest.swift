package import Identity
package import Plans
package import Wire

/// What somebody asks to undo or to restore: every moment in it is an index.
package struct PlanRequest: Sendable, Equatable {
    /// Which entries are to be undone.
    package enum Undo: Sendable, Equatable {
        case entries([UInt64])
        /// The command that wrote this entry.
        case batch(UInt64)
        /// Everything that has this entry as its cause, such as the chunks of a restore.
        case cause(UInt64)
        /// Whatever requests of this name did.
        case request(String)
        /// Whatever an actor did from one entry to another, both counted in.
        case actor(String, from: UInt64, to: UInt64, scope: Place?)
    }

    package enum Ask: Sendable, Equatable {
        case undo(Undo)
        /// One resource, as it was after an entry.
        case resource(String, to: UInt64)
        /// A tenant or a partner with all that stands in it; of some kinds and relations where they are named.
        case place(Place, to: UInt64, kinds: [String]?, createdSince: Wish.CreatedSince)
    }

    package let ask: Ask
    /// Fields that go back though something else has changed them since, each as `index/field`.
    package let force: [String]

    package init(_ ask: Ask, force: [String] = []) { (self.ask, self.force) = (ask, force) }
}

/// Bounds of one plan.
package enum PlanLimits {
    /// How many entries are undone at once, and how many resources a restore changes.
    package static let entriesMax = 50_000
    /// How many changes are carried out in one command; more go in chunks.
    package static let changesAtOnceMax = 250
    /// How many entries a chunk has: the writer decides it in one turn, in which everybody else waits.
    package static let chunkEntriesMax = 20
    /// How many entries one command may write where all or nothing is asked for.
    package static let entriesAtOnceMax = 10_000
    /// How many fields are forced at once.
    package static let forcedMax = 1_000
}

extension PlanRequest {
    /// The same bytes for the same request: what digests are over, and what a restore in chunks keeps.
    package var json: JSON {
        let (name, asked): (String, Members) =
            switch ask {
            case .undo(let undo): ("undo", undo.members)
            case .resource(let id, let to): ("restore", ["resource": .string(id), "to": .integer(Int64(to))])
            case .place(let place, let to, let kinds, let since):
                (
                    "restore",
                    Members(
                        [
                            ("created_since", .string(since.rawValue)), ("scope", .string(place.text)),
                            ("to", .integer(Int64(to))),
                        ] + (kinds.map { [("kinds", .array($0.map(JSON.string)))] } ?? [])
                    )
                )
            }
        return [name: .object(asked), "force": .array(force.map(JSON.string))]
    }
}

extension PlanRequest.Undo {
    fileprivate var members: Members {
        switch self {
        case .entries(let indexes): ["indexes": .array(indexes.map { .integer(Int64($0)) })]
        case .batch(let index): ["batch": .integer(Int64(index))]
        case .cause(let index): ["cause": .integer(Int64(index))]
        case .request(let id): ["request_id": .string(id)]
        case .actor(let id, let from, let to, let scope):
            Members(
                [("actor", .string(id)), ("from", .integer(Int64(from))), ("to", .integer(Int64(to)))]
                    + (scope.map { [("scope", .string($0.text))] } ?? [])
            )
        }
    }
}
