package import Wire

/// Something that ends by itself, at a moment that is known when it begins: the revocation of a token.
///
/// Activity entries begin it; where several do, the newest counts. None has to say that it is over, and it has no
/// versions, so that nothing of it need be kept for ever.
package protocol ActivityWithEnd: Subject, Prefixed, Sendable {
    static var activity: ActivityKind { get }
    /// What its entries hold.
    static var fields: [Field<Self>] { get }
    /// The verb of the entries that begin it.
    static var begins: Verb { get }

    init()
    /// From when on it is over; nil where its fields do not tell.
    var end: Instant? { get }
}

/// The activities with an end: the one list of them.
///
/// A new one is a case here, called as its entries call it, and an arm in ``accept(_:)``.
package enum ActivityKind: String, Sendable, CaseIterable {
    case token
}

/// Something that is done with every activity with an end, each with its own type.
package protocol ActivityVisitor {
    associatedtype Output
    func visit<A: ActivityWithEnd>(_ activity: A.Type) throws -> Output
}

extension ActivityKind {
    /// Calls the visitor with the type of this activity.
    package func accept<V: ActivityVisitor>(_ visitor: V) throws -> V.Output {
        switch self {
        case .token: try visitor.visit(Token.self)
        }
    }
}
