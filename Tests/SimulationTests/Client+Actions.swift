import Chance
import Endpoints
import Engine
import Wire

// What a client does, and how what it is told changes the model.
extension Client {
    func some(_ kind: Known.Kind, _ dice: inout Dice) -> (id: String, known: Known)? {
        let living = book.use { state in
            state.resources.filter { $0.value.kind == kind && !$0.value.isDeleted }.sorted { $0.key < $1.key }
        }
        return dice.pick(living).map { ($0.key, $0.value) }
    }

    /// One of those that ask for tokens.
    func someClient(_ dice: inout Dice) -> (id: String, known: Known)? {
        dice.pick(Known.Kind.clients).flatMap { some($0, &dice) }
    }

    private func someOfAny(_ dice: inout Dice) -> (id: String, known: Known)? {
        dice.pick(Known.Kind.allCases).flatMap { some($0, &dice) }
    }

    mutating func create(_ kind: Known.Kind) async {
        let name = book.nextName(kind.rawValue)
        var body: Members = [kind.nameField: .string(name)]
        var (parent, slug): (String?, String?)
        switch kind {
        case .partner:
            body["slug"] = .string(name)
        case .tenant:
            guard let partner = some(.partner, &dice) else { return await create(.partner) }
            parent = partner.id
            body["slug"] = .string(name)
            body["partner_id"] = .string(partner.id)
            if dice.onceIn(3) { body["contact_email"] = .string("\(name)@example.com") }
        case .user:
            body["email"] = .string("\(name)@example.com")
            let place = dice.below(6)
            if place == 1, let partner = some(.partner, &dice) {
                parent = partner.id
                body["partner_id"] = .string(partner.id)
            } else if place > 1, let tenant = some(.tenant, &dice) {
                parent = tenant.id
                body["tenant_id"] = .string(tenant.id)
            }
        case .group, .agent:
            guard let tenant = some(.tenant, &dice) else { return await create(.tenant) }
            parent = tenant.id
            body["tenant_id"] = .string(tenant.id)
            if kind == .agent {
                slug = tenant.known.firstName
                body["allowed_tools"] = ["search"]
            }
        case .application:
            body["application_type"] = "SERVICE"
            body["scope"] = "GLOBAL"
            let place = dice.below(4)
            if place == 1, let partner = some(.partner, &dice) {
                parent = partner.id
                body["scope"] = "PARTNER"
                body["partner_id"] = .string(partner.id)
            } else if place > 1, let tenant = some(.tenant, &dice) {
                parent = tenant.id
                slug = tenant.known.firstName
                body["scope"] = "TENANT"
                body["tenant_id"] = .string(tenant.id)
            }
        }
        await attempt(
            Book.Attempt(
                key: book.nextName("key"),
                kind: kind,
                parent: parent,
                slug: slug,
                name: name,
                path: kind.path,
                body: JSON.object(body).compact,
                day: book.use { $0.day }
            )
        )
    }

    /// Sends a request that may be repeated, for the first time or again.
    ///
    /// - Returns: its status; `nil` while nobody knows whether it was done.
    @discardableResult func attempt(_ attempt: Book.Attempt) async -> Int? {
        book.use { $0.open.removeAll { $0.key == attempt.key } }
        guard let told = await admin(.post, attempt.path, [("idempotency-key", attempt.key)], body: attempt.body),
            !told.isUnknown || told.wasDone
        else {
            book.use { if $0.day == attempt.day { $0.open.append(attempt) } }
            return nil
        }
        if told.wasDone {
            var done = attempt
            // Who was a member already is one without another entry, and may not be so later.
            done.wasDone = attempt.kind != nil
            book.use { [done] in if $0.day == done.day { $0.open.append(done) } }
            return nil
        }
        // A day may have passed while it was under way: then it is another request.
        let isRepetition = attempt.wasDone && book.use { $0.day } == attempt.day
        if isRepetition, (400..<500).contains(told.status), told.status != 401 {
            book.violate("I3", "\(told.id) repeats \(attempt.key), which was done, and is refused: \(told.summary)")
        }
        guard told.status < 300 else { return told.status }
        book.use { state in
            if let earlier = state.done.first(where: { $0.attempt.key == attempt.key }) {
                if earlier.body != told.body || earlier.status != told.status {
                    let violation = "\(told.id) repeated \(attempt.key) and got another answer"
                    state.violations.append(Violation(invariant: "I3", what: violation))
                }
                return
            }
            // What changed nothing has no entry that its answer could be kept with.
            if state.day == attempt.day, told.status == 201 { state.done.append((attempt, told.status, told.body)) }
            guard let kind = attempt.kind, let id = told.data["id"]?.text, let index = told.index,
                let version = told.version
            else { return }
            var known = Known(kind: kind, parent: attempt.parent, name: attempt.name, version: version, index: index)
            known.slug = attempt.slug
            known.secret = told.data["client_secret"]?.text
            // What goes with its parent may be gone before its client was told that it is there.
            if let parent = attempt.parent.flatMap({ state.resources[$0] }) {
                known.isDeleted = parent.isDeleted
                known.maybeDeletions = parent.maybeDeletions
            }
            if state.resources[id] != nil {
                state.violations.append(Violation(invariant: "I3", what: "\(told.id) made \(id), which there was"))
            }
            // A repetition may tell late of what was done long ago, and changed since by somebody who saw it in a list.
            state.resources[id] = known
        }
        return told.status
    }

    mutating func repeatOpen() async {
        guard let open = dice.pick(book.use { $0.open }) else { return }
        await attempt(open)
    }

    /// A request that was answered is answered again as it was, whatever has happened since.
    mutating func repeatDone() async {
        let done = book.use { $0.done.map(\.attempt) }
        guard let attempt = dice.pick(done) else { return }
        let told = await admin(.post, attempt.path, [("idempotency-key", attempt.key)], body: attempt.body)
        guard let told, told.status < 500, told.status != 401 else { return }
        book.use { state in
            guard let first = state.done.first(where: { $0.attempt.key == attempt.key }),
                first.status != told.status || first.body != told.body
            else { return }
            let violation = "\(told.id) repeated \(attempt.key): \(told.summary)"
            state.violations.append(Violation(invariant: "I3", what: violation))
        }
    }

    /// A slug is given once, for ever.
    mutating func duplicate() async {
        guard let (_, partner) = some(.partner, &dice) else { return }
        let slug = partner.firstName
        let body: JSON = ["name": "Another", "slug": .string(slug)]
        let told = await admin(.post, Known.Kind.partner.path, body: body.compact)
        if let told, told.status < 300 { book.violate("model", "\(told.id) took the slug \(slug) a second time") }
    }

    mutating func rename(isStale: Bool) async {
        guard let (id, known) = someOfAny(&dice) else { return }
        if isStale, known.version < 2 { return }
        let name = book.nextName("N")
        var headers: [(name: String, value: String)] = []
        if isStale || dice.onceIn(2) { headers = [("if-match", "\"\(isStale ? known.version - 1 : known.version)\"")] }
        let body = JSON.object([known.kind.nameField: .string(name)])
        let told = await admin(.patch, "\(known.kind.path)/\(id)", headers, body: body.compact)
        guard let told, !told.isUnknown else {
            return book.use { state in
                state.resources[id]?.maybeNames.insert(name)
                state.resources[id]?.maybeChanges += 1
            }
        }
        guard told.status == 200, let version = told.version, let index = told.index else { return }
        if isStale { return book.violate("model", "\(told.id) changed a version that was past") }
        if told.data[known.kind.nameField]?.text != name {
            book.violate("model", "\(told.id) answers another name than was given")
        }
        book.use { $0.resources[id]?.acknowledge(name: name, version: version, at: index) }
    }

    mutating func delete(cascade: Bool) async {
        let isPartner = dice.onceIn(2)
        guard let (id, known) = cascade ? some(isPartner ? .partner : .tenant, &dice) : someOfAny(&dice) else { return }
        // It may be done before its client is told.
        book.use { $0.expectDeletion(of: id, cascade: cascade, by: 1) }
        let told = await admin(.delete, "\(known.kind.path)/\(id)", query: cascade ? "cascade=true" : "")
        if let told, told.wasDone { return book.use { $0.acknowledgeDeletion(of: id) } }
        guard let told, !told.isUnknown else { return }
        guard told.status == 204, let index = told.index else {
            return book.use { $0.expectDeletion(of: id, cascade: cascade, by: -1) }
        }
        book.use { state in
            state.acknowledgeDeletion(of: id)
            state.resources[id]?.index = index
        }
    }

    mutating func rotateSecret() async {
        guard let (id, known) = someClient(&dice), let old = known.secret else { return }
        book.use { $0.resources[id]?.secret = nil }
        let path = "\(known.kind.path)/\(id)/rotate-secret"
        guard let told = await admin(.post, path), !told.isUnknown else { return }
        guard told.status == 200, let new = told.data["client_secret"]?.text else {
            return book.use { state in
                // It was refused, so the old one stands, unless somebody else has got another one meanwhile.
                if state.resources[id]?.secret == nil, state.resources[id]?.retiredSecrets.contains(old) == false {
                    state.resources[id]?.secret = old
                }
            }
        }
        book.use { state in
            state.resources[id]?.retiredSecrets.append(old)
            state.resources[id]?.secret = new
            state.resources[id]?.maybeChanges += 1
        }
    }

    /// Suspends something or lets it go on.
    mutating func suspend() async {
        guard let (id, known) = someOfAny(&dice) else { return }
        let isSuspended = dice.onceIn(2)
        book.use { $0.resources[id]?.suspension.expect(isSuspended) }
        let body: JSON = ["status": isSuspended ? "SUSPENDED" : "ACTIVE"]
        guard let told = await admin(.patch, "\(known.kind.path)/\(id)", body: body.compact), !told.isUnknown else {
            return book.use { $0.resources[id]?.maybeChanges += 1 }
        }
        book.use { $0.resources[id]?.suspension.finish(isSuspended, isDone: told.status == 200) }
        guard told.status == 200, let version = told.version, let index = told.index,
            let name = told.data[known.kind.nameField]?.text
        else { return }
        if told.data["status"]?.text != (isSuspended ? "SUSPENDED" : "ACTIVE") {
            book.violate("model", "\(told.id) answers another status than was given")
        }
        book.use { $0.resources[id]?.acknowledge(name: name, version: version, at: index) }
    }

    mutating func read() async {
        guard let (id, known) = someOfAny(&dice) else { return }
        guard let told = await admin(.get, "\(known.kind.path)/\(id)") else { return }
        if told.status == 404 {
            let now = book.use { $0.resources[id] }
            if now?.isDeleted == false, now?.mayBeDeleted == false {
                book.violate("model", "\(told.id) does not find \(id), which was acknowledged at \(known.index)")
            }
        }
        guard told.status == 200, let index = told.index, let version = told.version,
            let name = told.data[known.kind.nameField]?.text
        else { return }
        if version < known.version || index < known.index {
            book.violate("I10", "\(told.id) sees \(id) as of \(index), version \(version), after v\(known.version)")
        }
        book.use { state in
            state.sights.append(.init(id: id, kind: known.kind, index: index, name: name, version: version))
        }
    }

    mutating func list() async {
        guard let kind = dice.pick(Known.Kind.allCases) else { return }
        let gone = book.use { state in state.resources.filter(\.value.isDeleted).map(\.key) }
        guard let told = await admin(.get, kind.path, query: "per_page=5"), told.status == 200 else { return }
        for id in (told.data.items ?? []).compactMap({ $0["id"]?.text }) where gone.contains(id) {
            if book.use({ $0.resources[id]?.mayReturn }) == true { continue }
            book.violate("model", "\(told.id) lists \(id), which is gone")
        }
    }

    mutating func rotateKeys() async {
        _ = await admin(.post, "/api/v1/admin/signing-keys/rotate", [("idempotency-key", book.nextName("key"))])
    }

    /// Health says no exactly when writes are refused.
    func health() async {
        guard let told = await ask(.get, "/health"), !server.isTroubled, told.status != 200 else { return }
        book.violate("I9", "\(told.id): health says no with nothing wrong: \(told.text)")
    }
}

extension Book.State {
    fileprivate mutating func expectDeletion(of id: String, cascade: Bool, by count: Int) {
        for (other, known) in resources where other == id || (cascade && isBelow(known, id)) {
            resources[other]?.maybeDeletions = max(0, known.maybeDeletions + count)
        }
    }

    /// One entry says it, and whatever stands below is gone by that.
    fileprivate mutating func acknowledgeDeletion(of id: String) {
        for (other, known) in resources where other == id || isBelow(known, id) {
            resources[other]?.isDeleted = true
        }
    }

    private func isBelow(_ known: Known, _ id: String) -> Bool {
        guard let parent = known.parent else { return false }
        return parent == id || resources[parent].map { isBelow($0, id) } ?? false
    }
}
