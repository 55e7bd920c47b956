import ArgumentParser

/// The options of every command that opens a data directory.
struct DirectoryOptions: GivenOptions {
    @Option(.data) var data: String?
    @Option(.anchor) var anchor: String?
    @Option(.keyFile) var keyFile: String?
    @Option(.keyCommand) var keyCommand: String?
    @Option(.config) var config: String?

    var given: [Setting: [String]] {
        Self.collect(texts: [
            (.data, data), (.anchor, anchor), (.keyFile, keyFile), (.keyCommand, keyCommand), (.config, config),
        ])
    }
}

/// The options of what is asked of a running server.
struct ClientOptions: GivenOptions {
    @Option(.baseURL) var baseURL: String?
    @Option(.clientID) var clientID: String?
    @Option(.secretFile) var secretFile: String?

    var given: [Setting: [String]] {
        Self.collect(texts: [(.baseURL, baseURL), (.clientID, clientID), (.secretFile, secretFile)])
    }
}
