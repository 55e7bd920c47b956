package import Identity
import OpenSSL
import Views
import Wire

/// Gives a person a one-time password, by the operator at the machine.
struct ResetPassword: Command {
    let user: UserID
    let passwordHash: String

    var requirement: Requirement { .machine }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        Decision(try User.recover(user, passwordHash: passwordHash, facts: context.facts))
    }
}

extension Instance {
    /// Role grants looked through for administrators of everything.
    static let superAdministratorsMax = 1_000

    /// Who holds the right to everything, deleted people left out.
    package func superAdministrators() throws -> [UserID] {
        try read { snapshot in
            let role = FacetKey("role", RoleGrant.Role.superAdmin.rawValue)
            return try snapshot.members(RoleGrant.self, in: .platform, role, limit: Self.superAdministratorsMax).items
                .compactMap(\.state.userID)
                .filter { try snapshot.resource($0).map { $0.state.status != .deleted } ?? false }
        }
    }

    /// Those of them who have an e-mail address, whatever its case.
    package func superAdministrators(withEmail address: String) throws -> [UserID] {
        let holders = try read { try $0.present.users(withEmail: address) }
        return try superAdministrators().filter(holders.contains)
    }

    /// - Returns: the password, which must be changed at the next sign-in.
    package func resetPassword(of user: UserID) async throws -> String {
        let password = Base64URL.encode(world.random(15))
        let hash = try PasswordHash.hash(
            Array(password.utf8),
            salt: world.random(PasswordHash.saltBytes),
            cost: .interactive
        )
        _ = try await perform(ResetPassword(user: user, passwordHash: hash), by: .system)
        return password
    }
}
