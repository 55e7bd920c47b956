import Chance
import Endpoints
import Engine
import Wire

/// One client of the simulated server: it asks, it is told or not, and it writes down what it was told.
///
/// Requests go through the endpoints, as values. Whatever was told by a process that had already lost its power was not
/// told.
struct Client: Sendable {
    let number: Int
    let server: RunningServer
    var dice: Dice

    var book: Book { server.book }

    mutating func run() async {
        while !book.use({ $0.isOver }) {
            await act()
            await Task.yield()
        }
    }

    private mutating func act() async {
        let action = dice.pick(weighted: [
            (weight: 14, Action.issue), (6, .createPartner), (10, .createTenant), (10, .createApplication),
            (5, .createAgent), (8, .createUser), (6, .createGroup), (10, .join), (3, .leave), (8, .survey),
            (14, .rename), (4, .renameStale), (4, .delete), (1, .deleteAll), (4, .rotateSecret), (10, .read),
            (3, .list), (6, .repeatOpen), (5, .repeatDone), (3, .duplicate), (3, .oldSecret), (2, .health),
            (1, .rotateKeys), (2, .revoke), (4, .suspend), (4, .readPast), (5, .undo), (4, .putBack),
        ])
        guard let action else { return }
        switch action {
        case .issue: await issue()
        case .createPartner: await create(.partner)
        case .createTenant: await create(.tenant)
        case .createApplication: await create(.application)
        case .createAgent: await create(.agent)
        case .createUser: await create(.user)
        case .createGroup: await create(.group)
        case .join: await join()
        case .leave: await leave()
        case .survey: await survey()
        case .rename: await rename(isStale: false)
        case .renameStale: await rename(isStale: true)
        case .delete: await delete(cascade: false)
        case .deleteAll: await delete(cascade: true)
        case .rotateSecret: await rotateSecret()
        case .read: await read()
        case .list: await list()
        case .repeatOpen: await repeatOpen()
        case .repeatDone: await repeatDone()
        case .duplicate: await duplicate()
        case .oldSecret: await issueWithOldSecret()
        case .health: await health()
        case .rotateKeys: await rotateKeys()
        case .revoke: await revoke()
        case .suspend: await suspend()
        case .readPast: await readPast()
        case .undo: await undo()
        case .putBack: await putBack()
        }
    }

    private enum Action {
        case issue, createPartner, createTenant, createApplication, rename, renameStale, delete, deleteAll
        case rotateSecret, read, list, repeatOpen, repeatDone, duplicate, oldSecret, health, rotateKeys, revoke, suspend
        case readPast, createAgent, createUser, createGroup, join, leave, survey, undo, putBack
    }
}

// Asking, and being told.
extension Client {
    /// - Returns: `nil` when the client was told nothing.
    func ask(
        _ method: Request.Method,
        _ path: String,
        query: String = "",
        _ headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
    ) async -> Told? {
        let id = book.nextRequest()
        let request = Request(
            method: method,
            path: path,
            query: query,
            headers: headers + [("user-agent", "client \(number)")],
            body: .bytes(body),
            address: "192.0.2.\(number + 1)",
            id: id
        )
        let target = query.isEmpty ? path : "\(path)?\(query)"
        server.trace.add("c\(number) > \(id) \(method.rawValue) \(target) \(String(decoding: body, as: UTF8.self))")
        guard case .endpoint(let endpoint, let parameters) = server.table.route(method, path) else {
            book.violate("door", "no endpoint answers \(method.rawValue) \(path)")
            return nil
        }
        let wasStopped = book.use { $0.isStopped }
        let response = await endpoint.answer(request, parameters)
        guard server.scheduler.isToldInTime else {
            server.trace.add("c\(number) < \(id) nothing")
            return nil
        }
        let told = Told(id: id, response: response)
        server.trace.add("c\(number) < \(id) \(told.summary)")
        // A plan changes nothing, so it is told like anything that is read.
        record(told, isRead: method == .get || path.hasSuffix("/plan"), wasStopped: wasStopped)
        // A request that changes nothing, or repeats one that is done, leaves none.
        let leavesEntry = method == .delete || path.hasSuffix("/oauth/token") || path.hasSuffix("/rotate-secret")
        if told.wasDone, leavesEntry { book.use { $0.requests[id] = .done } }
        return told
    }

    private func record(_ told: Told, isRead: Bool, wasStopped: Bool) {
        let bytes = told.index.map { index in (index, try? server.instance.storedEntry(at: index)) }
        book.use { state in
            state.requests[told.id] = .status(told.status)
            state.statuses[told.status, default: 0] += 1
            if told.status == 401 { state.adminToken = nil }
            guard told.status < 300 || told.index != nil else { return }
            if let bytes { state.acknowledged[bytes.0] = state.acknowledged[bytes.0] ?? bytes.1 }
        }
        if told.status >= 500, !server.isTroubled {
            book.violate("I9", "\(told.id) was answered \(told.status) with nothing wrong: \(told.text)")
        }
        if wasStopped, !isRead, told.index != nil, told.status < 300 {
            book.violate("I9", "\(told.id) was acknowledged by a writer that had stopped")
        }
    }

    /// Asks the admin API as the first service.
    func admin(
        _ method: Request.Method,
        _ path: String,
        query: String = "",
        _ headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
    ) async -> Told? {
        guard let token = await adminToken() else { return nil }
        var headers = headers + [("authorization", "Bearer \(token)")]
        if !body.isEmpty { headers.append(("content-type", "application/json")) }
        return await ask(method, path, query: query, headers, body: body)
    }

    private func adminToken() async -> String? {
        if let token = book.use({ $0.adminToken }) { return token }
        guard let told = await token(server.founded.client.text, server.founded.clientSecret), told.status == 200 else {
            return nil
        }
        let token = told.json["access_token"]?.text
        book.use { $0.adminToken = token }
        return token
    }

    /// A token request; a token that was told must have its entry.
    func token(_ client: String, _ secret: String, at path: String = "/oauth/token") async -> Told? {
        let told = await form(path, "grant_type=client_credentials", client, secret)
        if let told, told.status == 200, let text = told.json["access_token"]?.text, let index = told.index {
            guard let token = Self.claims(of: text)?["jti"]?.text else {
                book.violate("I9", "\(told.id) got a token that is none")
                return told
            }
            book.use { $0.tokens[token] = index }
        }
        return told
    }

    /// What a token says, whoever signed it.
    static func claims(of token: String) -> JSON? {
        let parts = token.split(separator: ".")
        return parts.count == 3 ? try? JSON.parse(Base64URL.decode(String(parts[1]))) : nil
    }

    func form(_ path: String, _ body: String, _ client: String, _ secret: String) async -> Told? {
        await ask(
            .post,
            path,
            [
                ("authorization", "Basic " + Base64.encode(Array("\(client):\(secret)".utf8))),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            body: Array(body.utf8)
        )
    }
}

/// What a client was told.
struct Told: Sendable {
    let id: String
    let status: Int
    let index: UInt64?
    /// The entry of the past that was asked about, as it was resolved.
    let asOf: UInt64?
    let version: UInt64?
    let body: [UInt8]

    init(id: String, response: Response) {
        self.id = id
        status = response.status
        body = response.body
        let header = { (name: String) in response.headers.first { $0.name == name }?.value }
        index = header("muniment-index").flatMap { UInt64($0) }
        asOf = header("muniment-as-of").flatMap { UInt64($0) }
        version = header("etag").flatMap { UInt64($0.dropFirst().dropLast()) }
    }

    var json: JSON { (try? JSON.parse(body)) ?? .null }
    var data: JSON { json["data"] ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
    /// Nobody can tell from this whether anything was done: a full disk alone keeps nothing for certain.
    var isUnknown: Bool { status >= 500 && status != 507 }

    /// Whether it was done, and merely cannot be read yet.
    var wasDone: Bool { status == 503 && text.contains("it is in the ledger and cannot be read yet") }

    var summary: String {
        "\(status)" + (index.map { " @\($0)" } ?? "") + (version.map { " v\($0)" } ?? "") + " \(text)"
    }
}
