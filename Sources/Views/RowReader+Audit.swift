package import Identity
import Storage
import Wire

extension AuditQuery {
    /// How many candidates one page may look at, together with its total.
    ///
    /// Only filters that seldom meet, or that the caller must check by reading entries, come near it.
    package static let candidatesMax = 100_000

    /// Totals that must be counted are counted up to here; beyond, there are "at least" so many.
    package static let countedMax = 10_000
}

extension RowReader {
    /// A page of the audit.
    ///
    /// With at most one filter, total and page are found without walking, whatever the page. Several filters are walked
    /// together from the first page on, for at most `candidatesMax` candidates.
    ///
    /// - Parameter matching: what no term can say, asked of each candidate; the caller can read the entry.
    package func audit(
        _ query: AuditQuery,
        matching: ((UInt64) throws -> Bool)? = nil,
    ) throws -> AuditPage {
        precondition(query.page >= 1 && query.perPage >= 0, "pages are counted from 1, and the caller has checked that")
        let nothing = AuditPage(indexes: [], total: 0, isExact: true)
        let size = try self.size
        guard size > 0 else { return nothing }
        let last = min(query.to ?? size - 1, size - 1)
        guard query.from <= last else { return nothing }
        let unions = try terms(of: query).map { try TermUnion($0, in: self) }
        if unions.contains(where: { $0.count == 0 }) { return nothing }
        let range = query.from...last
        if matching == nil, unions.count <= 1 { return try page(of: unions.first, query, in: range) }
        return try walk(AuditWalk(unions, query.order, in: range), query, matching)
    }

    /// How many entries there are of each type that there are any of.
    package func entryCounts() throws -> [(type: EntryType, count: Int)] {
        try EntryType.allCases.compactMap { type in
            try TermList(Term(.type, type.text), in: self).map { (type, $0.count) }
        }
    }

    /// The version that the stream of a resource or of an edge is at; nil where views keep none of it.
    package func version(ofStream stream: String) throws -> UInt64? {
        if let kind = Kind.allCases.first(where: { stream.hasPrefix($0.prefix + "_") }) {
            return try kind.accept(VersionOf(stream: stream, reader: self))
        }
        // Nothing but what adds and removes an edge stands in its stream.
        guard RelationKind.allCases.contains(where: { $0.holds(stream) }) else { return nil }
        return try length(of: stream)
    }

    private func terms(of query: AuditQuery) throws -> [[Term]] {
        var terms: [[Term]] = []
        if let chains = query.chains { terms.append(chains.map { Term(.chain, $0) }) }
        if let types = query.types { terms.append(types.map { Term(.type, $0.text) }) }
        if let actors = query.actors {
            terms.append(try actors.flatMap { try actorTerms($0, at: query.sealedHomes) })
        }
        if let stream = query.stream { terms.append([Term(.stream, stream)]) }
        if let result = query.result { terms.append([Term(.result, result.rawValue)]) }
        if let ip = query.ip { terms.append(try addressTerms(ip)) }
        return terms
    }

    private func actorTerms(_ actor: String, at homes: [String]?) throws -> [Term] {
        let blind = store.blind.actor(actor)
        var terms = [Term(.actor, actor)]
        try scan(.actors, prefix: blind) { key, home in
            let home = String(decoding: home.copied, as: UTF8.self)
            guard homes?.contains(where: home.bytesEqual) ?? true else { return true }
            let dataKey = String(decoding: key.copied.dropFirst(blind.count), as: UTF8.self)
            terms.append(Term(.actor, blind: blind, under: dataKey))
            return true
        }
        return terms
    }

    private func addressTerms(_ ip: String) throws -> [Term] {
        let blind = store.blind.address(ip)
        var terms: [Term] = []
        try scan(.addresses, prefix: blind) { key, _ in
            let dataKey = String(decoding: key.copied.dropFirst(blind.count), as: UTF8.self)
            terms.append(BlindAddress(blind, under: dataKey).term)
            return true
        }
        return terms
    }

    /// Positions are known here: of a union by its ranks, of everything by the index itself.
    private func page(of union: TermUnion?, _ query: AuditQuery, in range: ClosedRange<UInt64>) throws -> AuditPage {
        var union = union
        let before = range.lowerBound == 0 ? 0 : try union?.rank(range.lowerBound - 1) ?? Int(range.lowerBound)
        let upTo = try union?.rank(range.upperBound) ?? Int(range.upperBound) + 1
        let total = upTo - before
        var page = AuditPage(indexes: [], total: total, isExact: true)
        let (start, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.perPage)
        guard !overflow, start < total, query.perPage > 0 else { return page }
        let position =
            switch query.order {
            case .newestFirst: upTo - 1 - start
            case .oldestFirst: before + start
            }
        let first = try union?.index(at: position, upTo: range.upperBound) ?? UInt64(position)
        let rest: ClosedRange<UInt64> =
            switch query.order {
            case .newestFirst: range.lowerBound...first
            case .oldestFirst: first...range.upperBound
            }
        var walk = AuditWalk(union.map { [$0] } ?? [], query.order, in: rest)
        while page.indexes.count < query.perPage, let index = try walk.next() { page.indexes.append(index) }
        return page
    }

    private func walk(
        _ walk: AuditWalk,
        _ query: AuditQuery,
        _ matching: ((UInt64) throws -> Bool)?,
    ) throws -> AuditPage {
        var walk = walk
        var page = AuditPage(indexes: [], total: 0, isExact: true)
        let (start, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.perPage)
        let first = overflow ? Int.max : start
        let end = first.addingReportingOverflow(query.perPage)
        let wanted = end.overflow ? Int.max : end.partialValue
        let enough = max(wanted, AuditQuery.countedMax)
        var candidates = 0
        while page.total < enough, candidates < AuditQuery.candidatesMax {
            guard let index = try walk.next() else { return page }
            candidates += 1
            if let matching, try !matching(index) { continue }
            if page.total >= first, page.total < wanted { page.indexes.append(index) }
            page.total += 1
        }
        page.isExact = walk.position == nil
        return page
    }
}

private struct VersionOf<Reader: RowReader>: KindVisitor {
    let stream: String
    let reader: Reader

    func visit<R: Resource>(_ kind: R.Type) throws -> UInt64? {
        guard let id = Identifier<R>(stream) else { return nil }
        return try reader.resource(id)?.version ?? 0
    }
}
