package import Wire

// Tenants by the other contract's name for them (decision 47 there): a workspace has clusters, whose slug is seldom
// said, and those of another workspace are not there.
extension Tenant {
    package static let noCluster = Rejection.notFound("cluster")

    /// One that the caller reaches.
    package static func cluster(
        _ id: TenantID,
        by authority: Authority,
        facts: some Facts,
    ) throws -> Versioned<Tenant> {
        guard let tenant = try facts.resource(id), tenant.state.life == .living, try facts.lives(tenant.place),
            try authority.reaches(.tenant(id), facts)
        else { throw noCluster }
        return tenant
    }

    /// Makes one of a name, in the caller's workspace.
    package static func registerCluster(
        _ body: Members,
        as id: TenantID,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let known = ["name", "slug", "partner_id"]
        let issues = body.entries.filter { !known.contains($0.name) }.map {
            FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden")
        }
        if !issues.isEmpty { throw Rejection.invalid(issues) }
        var whole = body
        if whole["partner_id"] == nil {
            whole.append("partner_id", .string(try onlyPartner(of: authority, facts).text))
        }
        if whole["slug"] == nil {
            whole.append("slug", .string(try freeSlug(for: body["name"]?.text ?? "", facts)))
        }
        let changes = try Changes<Tenant>(whole, for: .create)
        if let partner = changes[\.partnerID]?.text.flatMap({ PartnerID($0) }),
            try !authority.reaches(.partner(partner), facts)
        {
            throw Rejection.notFound(Partner.noun)
        }
        return try register(changes, as: id, secret: nil, by: authority.overClusters, facts: facts)
    }

    /// The partner that is the caller's workspace; of the platform the one that there is.
    private static func onlyPartner(of authority: Authority, _ facts: some Facts) throws -> PartnerID {
        switch authority.places.first {
        case .partner(let id):
            return id
        case .platform:
            let partners = try facts.members(Partner.self, in: .platform, .all, limit: 2).items
            guard let only = partners.first, partners.count == 1 else {
                throw Rejection.invalid("partner_id", "Say whose it is: there is not one partner alone", "missing")
            }
            return only.id
        case .tenant, nil:
            throw Rejection.accessDenied
        }
    }

    private static let slugCharactersMax = 63
    /// How many of one name are told apart by a number.
    private static let numberedMax = 1_000

    /// The name as a slug; `-2`, `-3` behind it where that has been used.
    private static func freeSlug(for name: String, _ facts: some Facts) throws -> String {
        let words = name.lowercased().utf8.split { byte in
            !(0x61...0x7A).contains(byte) && !(0x30...0x39).contains(byte)
        }
        let whole = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
        let base = whole.isEmpty ? "cluster" : whole
        for number in 1...numberedMax {
            let suffix = number == 1 ? "" : "-\(number)"
            let room = base.prefix(slugCharactersMax - suffix.utf8.count)
            let slug = String(room.last == "-" ? room.dropLast() : room) + suffix
            if try facts.holder(ofSlug: slug, among: Tenant.self) == nil { return slug }
        }
        throw Rejection.invalid("slug", "So many have this name that a slug must be given")
    }
}
