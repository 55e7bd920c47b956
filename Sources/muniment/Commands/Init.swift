import ArgumentParser
import Engine
import Wire

/// Makes a ledger: its keys, its first administrator and the service with which everything else is made.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a ledger, its first administrator and its first service.",
        discussion: "Password and secret are printed here and never again.",
    )

    @OptionGroup var directory: DirectoryOptions
    @Option(.baseURL) var baseURL: String?
    @Option(.adminEmail) var adminEmail: String?
    @Option(.tokenAlgorithm) var tokenAlgorithm: String?
    @Option(.format) var format: String?

    func run() async throws {
        let settings = try Settings(
            directory.given,
            [.baseURL: baseURL, .adminEmail: adminEmail, .tokenAlgorithm: tokenAlgorithm, .format: format]
        )
        let format = try settings.choice(.format, PrintFormat.self) ?? .text
        let founded = try Founder(settings).found()
        switch format {
        case .text: Output.line(founded.text, whenUnread: .fails)
        case .json: Output.line(String(decoding: founded.json.compact, as: UTF8.self), whenUnread: .fails)
        }
    }
}
