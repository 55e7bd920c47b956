/// A person or a group is a member of a group.
package enum GroupMember: Relation {
    package typealias Container = Group

    package static let kind = RelationKind.groupMember
    package static let prefix = "grm"
    package static let collection = "members"
    package static let memberKinds = [Kind.user, Kind.group]

    package enum Verb: String, LinkVerb {
        case added, removed, listed

        package var effect: Effect {
            switch self {
            case .added: .links
            case .removed: .unlinks
            case .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .added: "A person or a group joined a group."
            case .removed: "A person or a group left a group."
            case .listed: "Somebody listed the members of a group."
            }
        }
    }
}
