import Chance
import Identity
import Testing
import Views
import Wire

// Views against the model.
extension History {
    /// Now, and a few moments of the past.
    mutating func checkSome() throws {
        guard ledger.size > 0 else { return }
        let moments = (0..<3).map { _ in UInt64(random.below(Int(ledger.size))) }
        try store.read { views in
            try check(views)
            for moment in moments { try check(views.at(moment)) }
        }
    }

    /// The history had in it what it is for: places that died and came back, and things that were gone with them.
    func checkVariety() throws {
        let moments = try (0..<ledger.size).map { try model.moment($0) }
        for (what, isThere) in [
            ("a deleted partner", moments.contains { $0.partners.contains { $0.state.status == .deleted } }),
            (
                "anything alive in a dead place",
                moments.contains { then in
                    then.tenants.contains { $0.state.life == .living && !then.lives(then.place($0.state)) }
                        || then.applications.contains { $0.state.life == .living && !then.lives(then.place($0.state)) }
                }
            ),
            ("something that was restored", ledger.commands.joined().contains { $0.type.effect == .restores }),
            ("a sweep", ledger.commands.joined().contains { $0.type == EndsSubject.entry(.swept) }),
            ("a second revocation of one token", model.begun.count > Set(model.begun.map(\.token)).count),
        ] {
            #expect(isThere, "seed \(seed) never had \(what)")
        }
    }

    func checkRebuild() throws {
        for commandsPerCommit in [1, 1_000] {
            let rebuilt = try site.store("rebuilt-\(commandsPerCommit)")
            try ledger.fold(into: rebuilt, commandsPerCommit: commandsPerCommit)
            #expect(try store.differences(from: rebuilt) == [], "seed \(seed)")
            for (ours, theirs) in zip(try store.tableHashes(), try rebuilt.tableHashes()) {
                #expect(ours.total == theirs.total, "seed \(seed), \(ours.table)")
            }
        }
    }

    /// What a reader says at its position.
    func check(_ views: some RowReader) throws {
        let index = views.position ?? ledger.size
        let then = try model.moment(index)
        var check = Check(
            views: views,
            then: then,
            comment: "seed \(seed), size \(ledger.size), as of \(views.position.map(String.init) ?? "now")",
            random: Dice(seed: seed &* 1_000_003 &+ ledger.size &* 1_009 &+ index)
        )
        // Places that are not there yet are asked for as well.
        check.places = [.platform] + partners.map { .partner($0) } + tenants.map { .tenant($0) }
        try check.paths()
        try check.kind(Partner.self, then.partners, partners) { then.place($0) }
        try check.kind(Tenant.self, then.tenants, tenants) { then.place($0) }
        try check.kind(Application.self, then.applications, applications) { then.place($0) }
        try check.kind(Secret.self, then.secrets, then.secrets.map(\.id)) { then.place($0) }
        try check.proofs()
        try checkEnds(views, asOf: index)
    }

    /// What was taken back and has not ended, by the clock and by what was asked for when.
    private func checkEnds(_ views: some RowReader, asOf index: UInt64) throws {
        for token in tokens {
            let last = model.begun.last { $0.index <= index && $0.token == token.text }
            for moment in [ledger.now, last?.end, last?.end.adding(microseconds: -1)].compactMap(\.self) {
                // The head knows no more of what was swept, which was over by then.
                guard views.position != nil || moment >= ledger.now else { continue }
                let isThere = last.map { moment < $0.end } ?? false
                #expect(try views.lasts(token, at: moment) == isThere, "seed \(seed)")
            }
        }
    }
}

/// One reader at one position, and what the model says of that moment.
private struct Check<Reader: RowReader> {
    let views: Reader
    let then: Model.Moment
    let comment: String
    var random: Dice
    /// All that ever were, and are to be.
    var places: [Place] = []

    init(views: Reader, then: Model.Moment, comment: String, random: Dice) {
        self.views = views
        self.then = then
        self.comment = comment
        self.random = random
    }

    /// The state of every place, and the places below some.
    mutating func paths() throws {
        for place in places {
            #expect(try views.lives(place) == then.lives(place), "\(place.text) \(comment)")
            #expect(try views.isActive(place) == then.isActive(place), "\(place.text) \(comment)")
            guard let tenant = place.tenantID else { continue }
            let partner = then.tenants.first { $0.id == tenant }?.state.partnerID
            #expect(try views.partner(of: tenant) == partner, "\(place.text) \(comment)")
        }
        for root in somePlaces(4) + [.platform] {
            for lives in [[Life.living], Life.allCases] {
                let levels = Place.Level.allCases.filter { _ in random.chance(60) }
                let found = try views.places(in: root, at: levels, lives)
                let expected = placesBelow(root, lives).filter { levels.contains($0.level) }
                #expect(found.places.count == expected.count, "\(root.text) \(levels) \(lives) \(comment)")
                #expect(Set(found.places.map(\.place)) == Set(expected), "\(root.text) \(levels) \(lives) \(comment)")
                #expect(found.isWhole)
            }
        }
    }

    /// What is found by its proof, of which only the present knows.
    func proofs() throws {
        guard views.position == nil else { return }
        for secret in then.secrets {
            let (key, mac) = (secret.state.key, secret.state.mac)
            let found = try views.present.proven(Secret.self, key: key, mac: mac)
            #expect(found == (secret.state.life == .living ? secret.id : nil), "\(secret.id) \(comment)")
        }
    }

    /// States, counts, lists and unions of a kind.
    mutating func kind<R: Resource>(
        _ kind: R.Type,
        _ all: [Versioned<R>],
        _ ids: [Identifier<R>],
        placed: (R) -> Place,
    ) throws {
        let known = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
        for id in ids {
            let expected = known[id]
            #expect(try views.resource(id)?.row == expected?.row, "\(id) \(comment)")
            let isThere = expected.map { $0.state.life == .living && then.lives(placed($0.state)) } ?? false
            #expect(try isLiving(id) == isThere, "\(id) \(comment)")
        }
        for resource in all { #expect(resource.place == placed(resource.state), "\(resource.id) \(comment)") }
        for place in somePlaces(5) + [.platform] {
            let here = all.filter { placed($0.state) == place }
            for life in Life.allCases { try lists(here, [PlaceSince(place)], life, "\(place.text)") }
            for life in Life.allCases { try counts(here, in: place, life) }
        }
        for root in somePlaces(3) + [.platform] {
            for lives in [[Life.living], Life.allCases] {
                let below = Set(placesBelow(root, lives))
                let here = all.filter { below.contains(placed($0.state)) }
                let places = try views.places(in: root, at: R.standsIn, lives).places
                for life in Life.allCases { try lists(here, places, life, "below \(root.text), \(lives)") }
            }
        }
    }

    private func isLiving<R: Resource>(_ id: Identifier<R>) throws -> Bool {
        do {
            let found = try views.living(id)
            #expect(found.id == id)
            return true
        } catch let rejection as Rejection {
            #expect(rejection == .notFound(R.noun))
            return false
        }
    }

    private mutating func lists<R: Resource>(
        _ here: [Versioned<R>],
        _ places: [PlaceSince],
        _ life: Life,
        _ what: String,
    ) throws {
        for filter in [[], someFilter(here)] {
            let members = here.filter { isMember($0.state, life, filter) }
            var query = ListQuery(places)
            query.life = life
            query.facets = filter.map { FacetKey($0.name, $0.value) }
            try pages(members, query, "\(R.noun) \(filter) \(life) of \(what)")
            let sought = "S\(random.below(10))"
            query.search = sought
            let found = members.filter { $0.state.searchText.contains { $0.contains(sought.lowercased()) } }
            try pages(found, query, "\(R.noun) \(filter) \(life) like \(sought) of \(what)")
        }
    }

    private func pages<R: Resource>(_ expected: [Versioned<R>], _ query: ListQuery, _ what: String) throws {
        var query = query
        query.perPage = 5
        for page in 1...2 {
            query.page = page
            let found = try views.list(R.self, query)
            #expect(found.total == expected.count, "\(what) \(comment)")
            #expect(found.isExact, "\(what) \(comment)")
            let rows = expected.dropFirst(5 * (page - 1)).prefix(5).map(\.row)
            #expect(found.items.map(\.row) == rows, "\(what) page \(page) \(comment)")
        }
    }

    private func counts<R: Resource>(_ here: [Versioned<R>], in place: Place, _ life: Life) throws {
        let all = here.count { isMember($0.state, life, []) }
        #expect(try views.count(R.self, in: place, life, .all) == all, "\(R.noun) \(life) \(place.text) \(comment)")
        for facet in R.facets {
            for value in Set(here.compactMap { facet.field.get($0.state).text }) {
                let count = here.count { isMember($0.state, life, [(facet.name, value)]) }
                let found = try views.count(R.self, in: place, life, FacetKey(facet.name, value))
                #expect(found == count, "\(R.noun) \(facet.name)=\(value) \(life) \(place.text) \(comment)")
            }
        }
        if life == .living { #expect(try views.count(R.self, in: place) == all) }
    }

    // MARK: The slow way

    private func isMember<R: Resource>(_ state: R, _ life: Life, _ filter: [(name: String, value: String)]) -> Bool {
        (state.status == .deleted) == (life == .deleted)
            && filter.allSatisfy { R.field($0.name)?.get(state).text == $0.value }
    }

    /// A place and all places below it: those that live, or all of them.
    private func placesBelow(_ root: Place, _ lives: [Life]) -> [Place] {
        let below = then.statuses.keys.filter { then.isBelow($0, root) }
        if lives == [.living] { return below.filter(then.lives) }
        // Whoever asks for the deleted as well names the place, whether it is there or not.
        return below.contains(root) ? below : [root]
    }

    // MARK: Dice

    private mutating func somePlaces(_ count: Int) -> [Place] { (0..<count).compactMap { _ in random.pick(places) } }

    /// Some of the facets of one of them, or of two that do not agree.
    private mutating func someFilter<R: Resource>(_ here: [Versioned<R>]) -> [(name: String, value: String)] {
        var filter: [(name: String, value: String)] = []
        for facet in R.facets where random.chance(70) {
            guard let resource = random.pick(here), let value = facet.field.get(resource.state).text else { continue }
            filter.append((facet.name, value))
        }
        return filter
    }
}
