import ArgumentParser

/// The options of every command that opens a data directory.
struct DirectoryOptions: ParsableArguments {
    @Option(.data) var data: String?
    @Option(.anchor) var anchor: String?
    @Option(.keyFile) var keyFile: String?
    @Option(.keyCommand) var keyCommand: String?
    @Option(.config) var config: String?

    var given: [Setting: String?] {
        [.data: data, .anchor: anchor, .keyFile: keyFile, .keyCommand: keyCommand, .config: config]
    }
}

/// The options of what is asked of a running server.
struct ClientOptions: ParsableArguments {
    @Option(.baseURL) var baseURL: String?
    @Option(.clientID) var clientID: String?
    @Option(.secretFile) var secretFile: String?

    var given: [Setting: String?] { [.baseURL: baseURL, .clientID: clientID, .secretFile: secretFile] }
}
