import ArgumentParser
import Engine
import Identity

/// Lets an administrator back in who cannot sign in any more.
struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a one-time password for a super administrator; the server is stopped. Leaves an entry."
    )

    @OptionGroup var directory: DirectoryOptions
    @Option(.email) var email: String?

    func run() async throws {
        let settings = try Settings(directory.given, [.email: email])
        let email = try settings.text(.email)
        let (user, password) = try await StoppedLedger(settings).use { instance in
            let user = try Self.choose(email, instance)
            return (user, try await instance.resetPassword(of: user))
        }
        Output.line(password, whenUnread: .fails)
        Output.message("\(user) signs in with it once and sets a new one.")
    }

    private static func choose(_ email: String?, _ instance: Instance) throws -> UserID {
        let users =
            if let email {
                try instance.superAdministrators(withEmail: email)
            } else {
                try instance.superAdministrators()
            }
        guard let user = users.first else {
            throw CommandFailure.usage(
                email == nil
                    ? "there is no super administrator, so none can be let back in"
                    : "no super administrator has that address; without --email the only one is taken"
            )
        }
        guard users.count == 1 else {
            throw CommandFailure.usage("there are \(users.count) super administrators; say which with --email")
        }
        return user
    }
}
