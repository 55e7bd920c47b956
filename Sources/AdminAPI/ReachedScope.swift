import Engine
import Identity
import Views
import Wire

/// What a request names as its `scope`: the platform, a partner, a tenant, or any one resource that the caller reaches
/// where it stands now.
struct ReachedScope: Sendable {
    enum Target: Sendable {
        case place(Place)
        case resource(String, Kind)
    }

    let target: Target

    /// - Throws: `Rejection` for what there never was, and for what is out of reach.
    init(_ text: String, by judge: Judge) throws {
        switch Place(text) {
        case .platform?:
            try judge.require(.platform)
            target = .place(.platform)
        case let place?:
            try Self.require(text, judge)
            target = .place(place)
        case nil:
            target = .resource(text, try Self.require(text, judge))
        }
    }

    @discardableResult
    private static func require(_ id: String, _ judge: Judge) throws -> Kind {
        guard let kind = Kind.named(by: id) else { throw Rejection.notFound("scope") }
        try kind.accept(Reached(id: id, judge: judge))
        return kind
    }

    private struct Reached: KindVisitor {
        let id: String
        let judge: Judge

        func visit<R: Resource>(_ kind: R.Type) throws {
            guard let id = Identifier<R>(id), let found = try judge.head.resource(id) else {
                throw Rejection.notFound(R.noun)
            }
            try judge.require(of: found)
        }
    }

    /// Where a read of it counts.
    func chain(by judge: Judge) throws -> Place {
        switch target {
        case .place(let place): place
        case .resource(let id, let kind): try kind.accept(StandsOf(id: id, reader: judge.head)) ?? .platform
        }
    }

    /// The place that it is, or stood in as a reader sees it.
    ///
    /// - Throws: `Rejection` where it was not there yet.
    func place(in reader: ViewSnapshot) throws -> Place {
        let (id, kind): (String, Kind)
        switch target {
        case .place(.platform): return .platform
        case .place(.partner(let partner)): (id, kind) = (partner.text, .partner)
        case .place(.tenant(let tenant)): (id, kind) = (tenant.text, .tenant)
        case .resource(let resource, let type): (id, kind) = (resource, type)
        }
        guard let place = try kind.accept(StandsOf(id: id, reader: reader)) else {
            throw Rejection.notFound(kind.rawValue)
        }
        return place
    }

    /// Where the entries of a resource count: in the place that it is, or stands in.
    private struct StandsOf: KindVisitor {
        let id: String
        let reader: ViewSnapshot

        func visit<R: Resource>(_ kind: R.Type) throws -> Place? {
            try Identifier<R>(id).flatMap { try reader.resource($0)?.chain }
        }
    }
}
