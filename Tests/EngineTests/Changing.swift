import Engine
import Identity
import Wire

extension Change where R: ManagedResource {
    /// Registers one, as the body of a request says.
    static func registering(_ id: Identifier<R>, _ body: Members, secret: Secret.New? = nil) throws -> Self {
        let changes = try Changes<R>(body, for: .create)
        return Self(id) { context in
            try R.register(changes, as: id, secret: secret, by: context.authority, facts: context.facts)
        }
    }

    /// Changes one, as the body of a request says.
    static func changing(_ id: Identifier<R>, _ body: Members) throws -> Self {
        let changes = try Changes<R>(body, for: .update)
        return Self(id) { context in
            try R.update(id, changes, ifVersion: nil, by: context.authority, facts: context.facts)
        }
    }
}
