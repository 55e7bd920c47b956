import Identity
import Wire

// What an entry does to the state of things.
extension ViewTransaction {
    func foldEffect(_ entry: FoldedEntry) throws {
        if let kind = entry.type.changedKind {
            try kind.accept(Fold(transaction: self, entry: entry))
        } else if let relation = entry.type.changedRelation {
            try foldEdge(entry, of: relation)
        } else if entry.type.isState {
            try eraseRows(entry)
            try foldSweep(entry)
            foldLatest(entry)
        }
        if entry.type.isState { try foldUndoing(entry) }
        // In its first schema a revocation is a resource as well: what is over is asked in one place.
        if let activity = entry.type.begunActivity { try foldBeginning(entry, of: activity) }
    }

    private struct Fold: KindVisitor {
        let transaction: ViewTransaction
        let entry: FoldedEntry

        func visit<R: Resource>(_ kind: R.Type) throws { try transaction.fold(entry, kind) }
    }

    /// The rows every resource has.
    @specialized(where R == Partner)
    @specialized(where R == Tenant)
    @specialized(where R == Application)
    @specialized(where R == User)
    @specialized(where R == Group)
    private func fold<R: Resource>(_ entry: FoldedEntry, _ kind: R.Type) throws {
        let event = try entry.event()
        guard let id = event.stream.flatMap({ Identifier<R>($0) }) else {
            throw event.poison("it names no \(R.noun)")
        }
        let old = try resource(id)
        let new = try evolve(old, by: event)
        guard new.version == (old?.version ?? 0) + 1 else {
            throw event.poison("version \(new.version) does not follow \(old?.version ?? 0)")
        }
        let (key, row) = (ViewKey.identifier(id.text), new.row)
        put(.current, key, row)
        // Whoever reads it next need not make of the row what was just made into it.
        let tagged = TaggedRow(value: row, tag: store.rowTag.tag(.current, key.span, row.span))
        store.cache.remember(new, at: RowKey(key, store.rowTag), tagged)
        put(.versions, ViewKey.version(of: id.text, at: event.index), row)
        try foldFacets(from: old, to: new, at: event.index)
        try foldSlug(from: old, to: new, event)
        foldLookup(from: old, to: new)
        try foldTexts(entry, from: old, to: new)
        try foldMember(from: old, to: new, at: event.index)
    }

    private func foldFacets<R: Resource>(
        from old: Versioned<R>?,
        to new: Versioned<R>,
        at index: UInt64,
    ) throws {
        let (before, after) = (old?.state.facetKeys ?? [], new.state.facetKeys)
        let isMoved = old.map { $0.place != new.place || $0.state.life != new.state.life } ?? true
        if let old {
            for left in before where isMoved || !after.contains(left) { try cross(left, old, by: -1, at: index) }
        }
        for joined in after where isMoved || !before.contains(joined) { try cross(joined, new, by: 1, at: index) }
    }

    private func cross<R: Resource>(
        _ facet: FacetKey,
        _ resource: Versioned<R>,
        by step: Int,
        at index: UInt64,
    ) throws {
        let set = FacetSet(R.noun, in: resource.place, resource.state.life, facet)
        try cross(set, resource.createdIndex, id: resource.id.text, by: step, at: index)
    }

    /// One joins or leaves a set, whose count moves with it.
    func cross(_ set: FacetSet, _ created: UInt64, id: String, by step: Int, at index: UInt64) throws {
        let key = set.member(created: created)
        var member = FacetRow(id: id)
        if let row = try row(.facets, key) {
            guard let known = FacetRow(row) else { throw damage(.facets, key) }
            member = known
        }
        if set.isOfEdges, let older = member.takeOlder() {
            put(.pastEdges, key + BigEndian.bytes(~older.first), older.boundaries)
        }
        member.cross(at: index)
        put(.facets, key, member.bytes)

        let count = BigEndian.bytes(UInt64(max(0, try self.count(of: set) + step)))
        put(.counts, set.key, count)
        put(.countVersions, set.count(at: index), count)
    }

    /// What proves itself is found by its proof for as long as it is there.
    private func foldLookup<R: Resource>(from old: Versioned<R>?, to new: Versioned<R>) {
        let (before, after) = (old.flatMap(\.lookup), new.lookup)
        if before == after { return }
        if let before { delete(.lookups, before) }
        if let after { put(.lookups, after, Array(new.id.text.utf8)) }
    }

    /// A slug is reserved by its first use and for ever.
    private func foldSlug<R: Resource>(from old: Versioned<R>?, to new: Versioned<R>, _ event: StoredEvent) throws {
        guard let field = R.slugField, let slug = field.get(new.state).text else { return }
        if let before = old.flatMap({ field.get($0.state).text }), before.bytesEqual(slug) { return }
        switch try present.holder(ofSlug: slug, among: R.self) {
        case nil: put(.slugs, ViewKey.slug(R.noun, slug), Array(new.id.text.utf8))
        case new.id: break
        case .some: throw event.poison("the slug is another's")
        }
    }
}

extension Resource {
    /// The field that names it in addresses, where it has one.
    static var slugField: Field<Self>? {
        fields.first { $0.kind.isSlug }
    }
}

extension Versioned {
    fileprivate var lookup: [UInt8]? {
        guard state.life == .living else { return nil }
        return state.proof.map { ViewKey.proof($0.key, $0.mac) }
    }
}
