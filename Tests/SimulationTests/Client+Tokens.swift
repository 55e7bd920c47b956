import Chance
import Endpoints
import Engine
import Wire

// Asking for tokens: where each client is served, and where it is not.
extension Client {
    /// A place where a client may ask for a token.
    private struct TokenAddress {
        let path: String
        /// The tenant that it is of; it must be active like everything else.
        var tenant: String?
        /// Whether the client is nobody there.
        var isForeign = false
    }

    private static func path(of slug: String) -> String { "/api/v1/auth/tenants/\(slug)/oauth/token" }

    /// - Returns: `nil` where there is no such address at present: an application of a partner is served by its
    ///   tenants, and at the root.
    private func address(of known: Known, _ dice: inout Dice) -> TokenAddress? {
        let isOfPartner = book.use { state in known.parent.map { state.resources[$0]?.kind == .partner } ?? false }
        guard isOfPartner else { return TokenAddress(path: known.slug.map(Self.path) ?? "/oauth/token") }
        if dice.onceIn(4) { return TokenAddress(path: "/oauth/token") }
        guard let tenant = some(.tenant, &dice) else { return nil }
        let isForeign = tenant.known.parent != known.parent
        return TokenAddress(path: Self.path(of: tenant.known.firstName), tenant: tenant.id, isForeign: isForeign)
    }

    mutating func issue() async {
        guard let (id, known) = someClient(&dice), let secret = known.secret,
            let address = address(of: known, &dice),
            !dice.onceIn(4)
        else {
            _ = await token(server.founded.client.text, server.founded.clientSecret)
            return
        }
        let concerned = [id] + (address.tenant.map { [$0] } ?? [])
        let before = book.use { state in concerned.map { state.standing(of: $0) } }
        guard let told = await token(id, secret, at: address.path) else { return }
        let after = book.use { state in concerned.map { state.standing(of: $0) } }
        if told.status == 200 {
            if address.isForeign {
                book.violate("model", "\(told.id) got a token for \(id) at an address that is not its own")
            }
            if before == after, before.contains(where: { $0.isSuspended == true }) {
                book.violate("model", "\(told.id) got a token for \(id), which is suspended, or what it belongs to")
            }
        }
        guard told.status == 400 || told.status == 401, !address.isForeign, before == after,
            before.allSatisfy({ $0.isSuspended == false })
        else { return }
        let now = book.use { state in concerned.compactMap { state.resources[$0] } }
        if now.allSatisfy({ !$0.isDeleted && !$0.mayBeDeleted }), now.first?.secret == secret {
            book.violate("model", "\(told.id) was refused a token with the secret in force: \(told.summary)")
        }
    }

    /// What was replaced is worth nothing.
    mutating func issueWithOldSecret() async {
        guard let (id, known) = someClient(&dice), let secret = dice.pick(known.retiredSecrets),
            let address = address(of: known, &dice)
        else { return }
        if let told = await token(id, secret, at: address.path), told.status == 200 {
            book.violate("model", "\(told.id) got a token with a secret that was replaced")
        }
    }

    mutating func revoke() async {
        await showTakenBack()
        guard let told = await token(server.founded.client.text, server.founded.clientSecret), told.status == 200,
            let text = told.json["access_token"]?.text, let end = Self.claims(of: text)?["exp"]?.number
        else { return }
        let (client, secret) = (server.founded.client.text, server.founded.clientSecret)
        guard let revoked = await form("/oauth/revoke", "token=\(text)", client, secret), revoked.status == 200 else {
            return
        }
        book.use { $0.takenBack.append((text, Instant(seconds: end))) }
        guard let seen = await form("/oauth/introspect", "token=\(text)", client, secret), seen.status == 200 else {
            return
        }
        if seen.json["active"]?.flag != false { book.violate("model", "\(seen.id): a token taken back is active") }
    }

    /// How far a clock may be ahead, for an hour of what it takes out, before it forgets what it should not.
    private static let clockAheadSeconds: Int64 = 3_600

    /// What was taken back is worth nothing, before its end and after it.
    private mutating func showTakenBack() async {
        guard let (text, end) = dice.pick(book.use({ $0.takenBack })) else { return }
        let told: Told?
        if dice.onceIn(2) {
            told = await form(
                "/oauth/introspect",
                "token=\(text)",
                server.founded.client.text,
                server.founded.clientSecret
            )
        } else {
            told = await ask(.get, "/api/v1/admin/partners", [("authorization", "Bearer \(text)")])
        }
        guard let told, told.status == 200, told.json["active"]?.flag != false,
            book.use({ $0.latestWall }) < end.adding(seconds: Self.clockAheadSeconds)
        else { return }
        book.violate("model", "\(told.id): a token taken back opens something")
    }

    /// What was seen as of some entry is seen as of it for ever, while faults strike as well.
    mutating func readPast() async {
        guard let sight = dice.pick(book.use { $0.sights }) else { return }
        if dice.onceIn(2) { return await askBack(sight) }
        do {
            let now = try Simulation.state(of: sight.id, sight.kind, asOf: sight.index, server.instance)
            guard now?.name != sight.name || now?.version != sight.version else { return }
            let seen = now.map { "\($0.name) v\($0.version)" } ?? "nothing"
            book.violate("I10", "\(sight.id) as of \(sight.index) was \(sight.name) v\(sight.version), and is \(seen)")
        } catch {
            // What cannot be read at this moment is not answered wrongly.
        }
    }

    /// The same, as everybody asks it.
    private func askBack(_ sight: Book.Sight) async {
        let path = "\(sight.kind.path)/\(sight.id)"
        guard let told = await admin(.get, path, query: "as_of=\(sight.index)"), told.status != 401, told.status < 500
        else { return }
        if told.status != 200 || told.data[sight.kind.nameField]?.text != sight.name || told.version != sight.version {
            let then = "\(sight.id) as of \(sight.index) was \(sight.name) v\(sight.version)"
            book.violate("I10", "\(then), and \(told.id) is told \(told.summary)")
        }
    }
}
