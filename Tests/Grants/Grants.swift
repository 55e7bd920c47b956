import Engine
import EventLog
import Glibc
import Identity
import Views
import Wire

/// Gives people roles in a ledger that nobody serves, since no endpoint does: `grants --data DIR` reads lines of
/// a person's identifier and a role from standard input.
///
/// All of them are one command: each role counts where the person stands, and either all are given or none.
@main
enum Grants {
    enum Fault: Error {
        case usage
        /// A line that names no person, or no role.
        case line(String)
        /// A role that is none where the person stands.
        case misplaced(UserID, RoleGrant.Role)
    }

    static func main() async {
        do {
            let words = Array(CommandLine.arguments.dropFirst())
            guard words.count == 2, words[0] == "--data" else { throw Fault.usage }
            try await grant(try wanted(), in: DataDirectory(path: words[1]))
        } catch {
            print("grants: \(error)")
            exit(1)
        }
    }

    private static func wanted() throws -> [GrantRoles.Wanted] {
        var wanted: [GrantRoles.Wanted] = []
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, let user = UserID(words[0]), let role = RoleGrant.Role(rawValue: words[1]) else {
                throw Fault.line(line)
            }
            wanted.append(GrantRoles.Wanted(user: user, role: role))
        }
        return wanted
    }

    private static func grant(_ wanted: [GrantRoles.Wanted], in directory: DataDirectory) async throws {
        let options = Instance.Options(software: "grants", log: { _ in }, onStop: { print("grants: stopped: \($0)") })
        let instance = try await Instance.open(directory, options: options)
        do {
            _ = try await instance.perform(GrantRoles(wanted: wanted), by: .system)
        } catch {
            try? await instance.close()
            throw error
        }
        try await instance.close()
    }
}

/// What the operator has to say at the machine.
private struct GrantRoles: Command {
    struct Wanted: Sendable {
        let user: UserID
        let role: RoleGrant.Role
    }

    let wanted: [Wanted]

    var requirement: Requirement { .machine }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        Decision(
            try wanted.map { wanted in
                let user = try context.facts.living(wanted.user)
                guard wanted.role.level == user.place.level else {
                    throw Grants.Fault.misplaced(wanted.user, wanted.role)
                }
                return RoleGrant.event(
                    .granted,
                    context.newID(RoleGrant.self),
                    in: user.place,
                    data: ["role": .string(wanted.role.rawValue), "user_id": .string(user.id.text)]
                )
            }
        )
    }
}

extension RoleGrant.Role {
    /// Where those stand who may hold it.
    fileprivate var level: Place.Level {
        switch self {
        case .superAdmin: .platform
        case .partnerAdmin: .partner
        case .tenantAdmin: .tenant
        }
    }
}
