import Endpoints
import Engine
import EventLog
import Identity
import Wire

// Each request is judged in one order (decision 25 of the contract): who, may they, is the body one, does the rest mean
// something, and only then what the state says. So nobody learns about the state who may not.
extension Operation {
    func answer(_ request: Request, _ path: PathParameters, _ permission: Permission) async -> Response {
        var standing: RateStanding?
        let answer = await judge(request, path, permission, &standing)
        return standing.map(answer.telling) ?? answer
    }

    /// - Parameter standing: how many requests are left to whoever turns out to ask, where that is told.
    private func judge(
        _ request: Request,
        _ path: PathParameters,
        _ permission: Permission,
        _ standing: inout RateStanding?,
    ) async -> Response {
        let recorded = Caller.Request(
            id: request.id,
            endpoint: name,
            trace: request.trace,
            address: request.address,
            userAgent: request.header("user-agent")
        )
        let dialect = dialect(for: request)
        let conditions = Conditions(request)
        var caller: Caller?
        do throws(Refusal) {
            let admission = try admin.admit(request, to: permission, recorded)
            var proven = admission.caller
            caller = proven
            standing = admission.standing
            if let rejection = admission.rejection { try await refuse(rejection, proven) }
            try APIVersion.require(of: request, isRequired: surface == .skycloak)
            let body: Members
            do throws(BodyFault) {
                body = try self.body.read(request)
            } catch {
                return dialect.response(error).at(admin.instance.lastIndex)
            }
            let query = try Query(request.query, parameters)
            if permission.right == .write || demandsReason {
                proven.request.reason = try Reason.read(
                    request.headers("muniment-reason"),
                    isRequired: demandsReason || admin.settings.requiresReason
                )
            }
            try await wait(query, proven, request)
            let asOf = try AsOf(query, in: admin.instance)
            let call = Call(
                admin: admin,
                dialect: dialect,
                caller: proven,
                path: path,
                query: query,
                asOf: asOf,
                body: body,
                conditions: conditions,
                idempotency: try idempotency(request),
                preview: permission.right == .write ? try PreviewRequest.read(request, query, body) : nil
            )
            let told = try await run(call)
            var answer = try admin.instance.attempt(for: proven) { try dialect.response(told) }
            if request.method == .get {
                answer = conditions.applied(to: answer, in: dialect)
                // RFC 9110 §12.5.5: the same list is a table to who asks for one.
                if surface == .scaiKey, case .list = told.content { answer = answer.adding("vary", "accept") }
            }
            return asOf.map { answer.adding("muniment-as-of", "\($0.index)") } ?? answer
        } catch {
            await trace(error, of: caller, recorded)
            return dialect.response(conditions.explained(error)).at(admin.instance.lastIndex)
        }
    }

    private func dialect(for request: Request) -> any Dialect {
        switch surface {
        case .scaiKey: native(for: request)
        case .scalekit: ScalekitDialect()
        case .skycloak: SkycloakDialect(admin.settings, request)
        }
    }

    /// Lists are given as tables to who would rather have those.
    private func native(for request: Request) -> any Dialect {
        guard request.prefers(CSVDialect.mediaType, to: "application/json") else { return ScaiKeyDialect() }
        return CSVDialect(path: request.path, query: request.query)
    }

    /// Waits for `min_index`, without a place among the requests that are being answered.
    private func wait(_ query: Query, _ caller: Caller, _ request: Request) async throws(Refusal) {
        guard let index = query.number("min_index").map(UInt64.init) else { return }
        if admin.instance.hasIndex(index) { return }
        request.place?.leave()
        try await admin.instance.wait(forIndex: index, by: caller)
        guard request.place?.enter() ?? true else {
            throw .busy(retryAfterSeconds: 1, "the server has more to do than it can")
        }
    }

    /// A token that was taken back is 401 before anything else; only then its scopes count, and leave an entry.
    private func refuse(_ rejection: Rejection, _ caller: Caller) async throws(Refusal) {
        guard rejection.kind != .unproven else { throw .rejected(rejection) }
        _ = try await admin.instance.perform(RefuseAccess(rejection), by: caller)
    }

    private func idempotency(_ request: Request) throws(Refusal) -> Idempotency? {
        guard request.method == .post, case .bytes(let body) = request.body else { return nil }
        let values = request.headers("idempotency-key")
        guard let key = values.first else { return nil }
        guard values.count == 1, (1...Idempotency.keyBytesMax).contains(key.utf8.count) else {
            let message = "One key of 1 to \(Idempotency.keyBytesMax) bytes is expected"
            throw .rejected(.invalid([FieldIssue(["header", "Idempotency-Key"], message, "value_error")]))
        }
        // Both forms of a path are the same request.
        let path = request.path.hasSuffix("/") ? String(request.path.dropLast()) : request.path
        return Idempotency(
            rawKey: Array(key.utf8),
            method: request.method.rawValue,
            path: path,
            body: body,
            macKey: admin.instance.macKey
        )
    }

    /// A failed proof leaves its trace whichever step found it; every other refusal has left its own.
    ///
    /// A known client's is an entry. Strangers are many: they are counted, and wait for nobody.
    private func trace(_ refusal: Refusal, of caller: Caller?, _ request: Caller.Request) async {
        guard case .rejected(let rejection) = refusal, rejection.kind == .unproven else { return }
        if let key = caller?.apiKey {
            _ = try? await admin.instance.perform(RefuseKey(key, rejection), by: .stranger(request))
            return
        }
        guard let client = caller?.tokenClient else {
            let told = rejection == .unprovenKey ? rejection : .unprovenToken
            return admin.instance.countRefusal(told, at: name)
        }
        // What the writer says of that entry changes nothing: the answer is no either way.
        _ = try? await admin.instance.perform(RefuseToken(client: client), by: .stranger(request))
    }
}
