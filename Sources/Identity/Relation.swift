import Wire

/// Edges from one resource to others: a group to its members.
///
/// An edge has entries of its own in a stream that follows from its ends, so that the same edge can go and come back,
/// and adding it twice is one. Its entries count where the container stands, and both ends stand in one place.
package protocol Relation: Subject, Sendable where Verb: LinkVerb {
    /// What the edges come from, which has members.
    associatedtype Container: ManagedResource
    static var kind: RelationKind { get }
    /// The letters before the underscore in the streams of its edges.
    static var prefix: String { get }
    /// What the container's members are called in paths: `members`.
    static var collection: String { get }
    /// The kinds that may be members.
    static var memberKinds: [Kind] { get }
}

extension Relation {
    package static var noun: String { kind.rawValue }
    /// Whether containers may be members of each other.
    package static var isNested: Bool { memberKinds.contains(Container.kind) }
}

/// The verbs of an edge.
package protocol LinkVerb: EntryVerb {
    static var added: Self { get }
    static var removed: Self { get }
    static var listed: Self { get }
}

/// The relations: the one list of them.
///
/// A new one is a case here and an arm in ``accept(_:)``.
package enum RelationKind: String, Sendable, CaseIterable {
    case groupMember = "group_member"
}

/// Something that is done with every relation, each with its own type.
package protocol RelationVisitor {
    associatedtype Output
    func visit<L: Relation>(_ relation: L.Type) throws -> Output
}

extension RelationKind {
    /// Calls the visitor with the type of this relation.
    package func accept<V: RelationVisitor>(_ visitor: V) throws -> V.Output {
        switch self {
        case .groupMember: try visitor.visit(GroupMember.self)
        }
    }
}

extension RelationKind {
    /// Whether a stream is one of its edges'.
    package func holds(_ stream: String) -> Bool { (try? accept(HoldsStream(stream: stream))) ?? false }

    private struct HoldsStream: RelationVisitor {
        let stream: String

        func visit<L: Relation>(_ relation: L.Type) -> Bool { stream.hasPrefix(L.prefix + "_") }
    }
}

/// Bounds of what is walked over edges.
package enum EdgeLimits {
    /// How many containers one member may be in: deleting or restoring it moves all of these edges.
    package static let containersMax = 10_000
    /// How many containers a search upwards or downwards looks at.
    package static let nestedMax = 10_000
}
