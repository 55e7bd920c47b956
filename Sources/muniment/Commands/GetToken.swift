import ArgumentParser

/// Asks a running server for a token and prints it.
struct GetToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Get an access token from a running server and print it.",
        discussion: "The secret comes from MUNIMENT_CLIENT_SECRET or --secret-file; a command line is seen by others.",
    )

    @OptionGroup var client: ClientOptions
    @Option(.config) var config: String?

    func run() async throws {
        let settings = try Settings(client.given, [.config: config])
        Output.line(try await ServiceClient(settings).token())
    }
}
