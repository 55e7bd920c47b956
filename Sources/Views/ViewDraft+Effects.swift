import Identity
import Wire

// What an entry does to the state of things. The switches name every type and every kind: a new one shows itself here.
extension ViewDraft {
    func foldEffect(_ entry: FoldedEntry) throws {
        switch entry.type.effect {
        case .creates(let kind), .updates(let kind), .deletes(let kind): try fold(entry, to: kind)
        case .records: try foldErasure(entry)
        case .happens: break
        }
    }

    private func fold(_ entry: FoldedEntry, to kind: ResourceKind) throws {
        switch kind {
        case .partner: try fold(entry, Partner.self)
        case .tenant: try fold(entry, Tenant.self)
        case .application: try fold(entry, Application.self)
        case .secret: try foldSecret(entry)
        case .signingKey: try fold(entry, SigningKey.self)
        case .user: try foldUser(entry)
        case .role: try fold(entry, RoleGrant.self)
        case .token: try fold(entry, Token.self)
        }
    }

    /// The rows every resource has.
    @discardableResult
    func fold<R: Resource>(_ entry: FoldedEntry, _ kind: R.Type) throws -> (old: Versioned<R>?, new: Versioned<R>) {
        let event = entry.event
        guard let id = event.stream.flatMap({ Identifier<R>($0) }) else {
            throw event.poison("it names no \(R.noun)")
        }
        let old = try current(id)
        let new = try evolve(old, by: event)
        guard new.version == (old?.version ?? 0) + 1 else {
            throw event.poison("version \(new.version) does not follow \(old?.version ?? 0)")
        }
        let (key, row) = (ViewKey.identifier(id.text), new.row)
        put(.current, key, row)
        // Whoever reads it next need not make of the row what was just made into it.
        let sealed = SealedRow(value: row, seal: store.seal.seal(.current, key.span, row.span))
        store.cache.keep(new, at: RowKey(key, store.seal), sealed)
        put(.versions, ViewKey.version(of: id.text, at: event.index), row)
        try foldMemberships(from: old?.state.memberships ?? [], to: new, at: event.index)
        try foldSlug(from: old, to: new, event)
        return (old, new)
    }

    private func foldMemberships<R: Resource>(
        from before: [Membership],
        to resource: Versioned<R>,
        at index: UInt64,
    ) throws {
        let after = resource.state.memberships
        for left in before where !after.contains(left) { try cross(left, resource, by: -1, at: index) }
        for joined in after where !before.contains(joined) { try cross(joined, resource, by: 1, at: index) }
    }

    private func cross<R: Resource>(
        _ membership: Membership,
        _ resource: Versioned<R>,
        by step: Int,
        at index: UInt64,
    ) throws {
        let key = ViewKey.member(R.noun, membership, created: resource.createdIndex)
        var member = MembershipRow(id: resource.id.text)
        if let row = try row(.memberships, key) {
            guard let known = MembershipRow(row) else { throw damage(.memberships, key) }
            member = known
        }
        member.cross(at: index)
        put(.memberships, key, member.bytes)

        let count = BigEndian.bytes(UInt64(max(0, try self.count(R.self, in: membership) + step)))
        put(.counts, ViewKey.count(R.noun, membership), count)
        put(.countVersions, ViewKey.count(R.noun, membership, at: index), count)
    }

    /// A slug is reserved by its first use and for ever.
    private func foldSlug<R: Resource>(from old: Versioned<R>?, to new: Versioned<R>, _ event: StoredEvent) throws {
        guard let field = R.slugField, let slug = field.get(new.state).text else { return }
        if let before = old.flatMap({ field.get($0.state).text }), before.bytesEqual(slug) { return }
        switch try holder(ofSlug: slug, among: R.self) {
        case nil: put(.slugs, ViewKey.slug(R.noun, slug), Array(new.id.text.utf8))
        case new.id: break
        case .some: throw event.poison("the slug is another's")
        }
    }
}

extension Resource {
    /// The field that names it in addresses, where it has one.
    static var slugField: Field<Self>? {
        fields.first { if case .slug = $0.kind { true } else { false } }
    }
}
