package import Identity
import Storage
package import Wire

/// Bounds of what is asked about the history of one resource.
package enum HistoryLimits {
    /// How many parts of a resource are looked for, living and deleted ones: secrets, role grants.
    package static let partsMax = 10_000
    /// How many versions are looked through for the entry since which something has been so.
    package static let versionsMax = 10_000
}

extension RowReader {
    /// Where the entries stand that changed a resource, the newest first, up to this reader's position.
    ///
    /// Its own are found by its versions, and so are those of its parts. Those of edges are asked of the audit.
    ///
    /// - Parameter withRelated: also what hangs on it: its parts, and the edges that it is an end of.
    package func changes<R: Resource>(
        of resource: Versioned<R>,
        withRelated: Bool,
        page: Int,
        perPage: Int,
    ) throws -> AuditPage {
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: perPage)
        let end = overflow ? 0 : max(0, start.addingReportingOverflow(perPage).partialValue)
        // The audit may have seen what this reader has not.
        let last = try position ?? size &- 1
        var found = AuditPage(indexes: [], total: Int(clamping: resource.version), isExact: true)
        var newest = try versionIndexes(of: resource.id.text, limit: end)
        if withRelated {
            let (parts, isWhole) = try parts(of: resource)
            found.isExact = isWhole
            for part in parts {
                found.total += part.versionCount
                newest += try versionIndexes(of: part.id, limit: end)
            }
            if R.kind.isEnd, var edges = try TermList(Term(.end, resource.id.text), in: self) {
                let count = try edges.rank(last)
                found.total += count
                newest += try (max(0, count - end)..<count).map { try edges.index(at: $0) }
            }
            newest.sort(by: >)
        }
        found.indexes = overflow ? [] : Array(newest.prefix(end).dropFirst(start))
        return found
    }

    /// The same without pages: those after an index, the oldest first.
    ///
    /// - Parameter limit: how many there are at most of each kind of them; one more says that there are more.
    package func changes<R: Resource>(
        of resource: Versioned<R>,
        after from: UInt64,
        limit: Int,
    ) throws -> [UInt64] {
        var found = try versionIndexes(of: resource.id.text, after: from, limit: limit + 1)
        for part in try parts(of: resource).parts {
            found += try versionIndexes(of: part.id, after: from, limit: limit + 1)
        }
        if R.kind.isEnd, var edges = try TermList(Term(.end, resource.id.text), in: self) {
            let (before, through) = (try edges.rank(from), try edges.rank(position ?? size &- 1))
            found += try (before..<min(max(before, through), before + limit + 1)).map { try edges.index(at: $0) }
        }
        return found.sorted()
    }

    /// Lends the versions of a resource up to this reader's position, the newest first, each with the entry that made
    /// it.
    package func walkVersions<R: Resource>(
        of id: Identifier<R>,
        _ body: (_ index: UInt64, _ version: Versioned<R>) throws -> Bool,
    ) throws {
        let prefix = ViewKey.versions(of: id.text)
        try scan(.versions, from: ViewKey.version(of: id.text, at: position ?? .max), .forward) { key, value in
            guard key.count == prefix.count + ViewKey.indexBytes, key.begins(with: prefix) else { return false }
            guard let version = Versioned<R>(row: value.copied) else { throw self.damage(.versions, key.copied) }
            return try body(~BigEndian.value(key, at: prefix.count), version)
        }
    }

    /// The entry since which something has held of a resource, up to this reader's position, without a break.
    ///
    /// - Returns: nil where it does not hold, and where it has held for more than `HistoryLimits.versionsMax` versions.
    package func since<R: Resource>(
        _ id: Identifier<R>,
        _ holds: (Versioned<R>) -> Bool,
    ) throws -> UInt64? {
        var (since, looked): (UInt64?, Int) = (nil, 0)
        try walkVersions(of: id) { index, version in
            looked += 1
            guard looked <= HistoryLimits.versionsMax else {
                since = nil
                return false
            }
            guard holds(version) else { return false }
            since = index
            return true
        }
        return since
    }

    /// The newest entries that changed one stream, those alone that come after an index.
    private func versionIndexes(of id: String, after from: UInt64? = nil, limit: Int) throws -> [UInt64] {
        var indexes: [UInt64] = []
        guard limit > 0 else { return indexes }
        let prefix = ViewKey.versions(of: id)
        try scan(.versions, from: ViewKey.version(of: id, at: position ?? .max), .forward) { key, _ in
            guard key.count == prefix.count + ViewKey.indexBytes, key.begins(with: prefix) else { return false }
            let index = ~BigEndian.value(key, at: prefix.count)
            if let from, index <= from { return false }
            indexes.append(index)
            return indexes.count < limit
        }
        return indexes
    }
}

/// What hangs on a resource and comes and goes with it, and how many versions it has had.
private struct Part {
    let id: String
    let versionCount: Int
}

extension RowReader {
    /// The parts of a resource at this reader's position, deleted ones included, and whether these are all.
    private func parts<R: Resource>(of resource: Versioned<R>) throws -> (parts: [Part], isWhole: Bool) {
        let found = try Kind.allCases.map { kind in
            try kind.accept(PartsOf(owner: resource.id.text, prefix: R.prefix, place: resource.place, reader: self))
        }
        return (found.flatMap(\.parts), found.allSatisfy(\.isWhole))
    }
}

private struct PartsOf<Reader: RowReader>: KindVisitor {
    let owner: String
    let prefix: String
    let place: Place
    let reader: Reader

    func visit<P: Resource>(_ kind: P.Type) throws -> (parts: [Part], isWhole: Bool) {
        guard P.isPart, let facet = P.facets.first(where: { $0.field.kind.identifies(prefix) }) else {
            return ([], true)
        }
        var (parts, isWhole): ([Part], Bool) = ([], true)
        for life in Life.allCases {
            var query = ListQuery(place, FacetKey(facet.name, owner))
            query.life = life
            query.perPage = HistoryLimits.partsMax
            let page = try reader.list(P.self, query)
            parts += page.items.map { Part(id: $0.id.text, versionCount: Int(clamping: $0.version)) }
            isWhole = isWhole && page.total <= HistoryLimits.partsMax
        }
        return (parts, isWhole)
    }
}

extension FieldKind {
    /// Whether it names those of whose identifiers these are the first letters.
    fileprivate func identifies(_ prefix: String) -> Bool {
        if case .identifier(let own, _) = self { own == prefix } else { false }
    }
}

extension Kind {
    /// Whether there can be edges that lead to it or from it.
    fileprivate var isEnd: Bool {
        RelationKind.allCases.contains { (try? $0.accept(HasEnd(kind: self))) ?? false }
    }

    private struct HasEnd: RelationVisitor {
        let kind: Kind

        func visit<L: Relation>(_ relation: L.Type) -> Bool {
            L.Container.kind == kind || L.memberKinds.contains(kind)
        }
    }
}
