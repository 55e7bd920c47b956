import Endpoints
import Engine
import EventLog
import Identity
import Wire

// Each request is judged in one order (decision 25 of the contract): who, may they, is the body one, does the rest mean
// something, and only then what the state says. So nobody learns about the state who may not.
extension Operation {
    func answer(_ request: Request, _ path: PathParameters, _ permission: Permission) async -> Response {
        let note = Caller.Request(
            id: request.id,
            endpoint: name,
            trace: request.trace,
            address: request.address,
            userAgent: request.header("user-agent")
        )
        var caller: Caller?
        do throws(Refusal) {
            var proven = try admin.prove(request, note)
            caller = proven
            try await gate(proven, permission)
            let body: Members
            do throws(BodyFault) {
                body = try self.body.read(request)
            } catch {
                return Response(error).at(admin.instance.lastIndex)
            }
            let query = try Query(request.query, parameters)
            if permission.right == .write {
                proven.request.reason = try Reason.read(
                    request.headers("muniment-reason"),
                    isRequired: admin.settings.requiresReason
                )
            }
            let call = Call(
                admin: admin,
                caller: proven,
                path: path,
                query: query,
                body: body,
                ifMatch: IfMatch(request.headers("if-match")),
                idempotency: try idempotency(request)
            )
            if let index = query.number("min_index") { try await admin.instance.wait(forIndex: UInt64(index)) }
            return try await run(call)
        } catch {
            await trace(error, of: caller, note)
            return Response(error).at(admin.instance.lastIndex)
        }
    }

    /// A token that was taken back is 401 before anything else; only then its scopes count.
    private func gate(_ caller: Caller, _ permission: Permission) async throws(Refusal) {
        _ = try admin.instance.look(by: caller) { _ in }
        guard let rejection = caller.authority.gate(permission.area, permission.right) else { return }
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
        guard case .rejected(let rejection) = refusal, rejection.kind == .unauthenticated else { return }
        guard let client = caller?.token?.clientID else {
            return admin.instance.countRefusal(.invalidToken, at: name)
        }
        let nobody = Caller(
            actor: .anonymous,
            authority: Authority(reach: .platform, scopes: []),
            home: .platform,
            request: request
        )
        // What the writer says of the note changes nothing: the answer is no either way.
        _ = try? await admin.instance.perform(RefuseToken(client: client), by: nobody)
    }
}
