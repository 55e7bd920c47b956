import Engine
import Identity
import Views
import Wire

extension ReachedScope {
    /// What was touched between two moments: of the platform everything, of a partner also its tenants.
    func touched(after from: UInt64, upTo to: UInt64, of instance: Instance, by judge: Judge) throws -> [TouchedStream]
    {
        switch target {
        case .place(.platform):
            return try instance.touchedStreams(in: nil, after: from, upTo: to, judge.head)
        case .place(.partner(let id)):
            let places = try Self.places(of: id, at: [from, to], by: judge)
            return try instance.touchedStreams(in: places, after: from, upTo: to, judge.head)
        case .place(.tenant(let id)):
            return try instance.touchedStreams(in: [.tenant(id)], after: from, upTo: to, judge.head)
        case .resource(let id, let kind):
            return try kind.accept(TouchedOf(id: id, from: from, to: to, instance: instance, head: judge.head))
        }
    }

    private struct TouchedOf: KindVisitor {
        let id: String
        let from: UInt64
        let to: UInt64
        let instance: Instance
        let head: ViewSnapshot

        func visit<R: Resource>(_ kind: R.Type) throws -> [TouchedStream] {
            guard let id = Identifier<R>(id), let resource = try head.resource(id) else { return [] }
            return try instance.touchedStreams(of: resource, after: from, upTo: to, head)
        }
    }

    /// A partner, and the tenants that stood below it at any of some moments: those that the caller reaches now.
    ///
    /// A tenant that has moved away since is its former partner's no more, its time there included.
    private static func places(of id: PartnerID, at moments: [UInt64], by judge: Judge) throws -> [Place] {
        var places = [Place.partner(id)]
        for moment in moments {
            let below = try judge.head.at(moment).places(in: .partner(id), at: [.tenant], Life.allCases)
            guard below.isWhole else {
                let message = "It has more than \(ViewSnapshot.placesMax) tenants: name one of them"
                throw Rejection.invalid([Query.issue("scope", message, "value_error")])
            }
            places += below.places.map(\.place)
        }
        var known: Set<Place> = []
        return try places.filter { try known.insert($0).inserted && judge.authority.reaches($0, judge.head) }
    }
}
