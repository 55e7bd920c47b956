import ArgumentParser

/// What is done with keys: those that sign tokens and checkpoints, and those that wrap the others.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rotate, back up and restore keys.",
        subcommands: [RotateKeys.self, BackUpKeys.self, RestoreKeys.self],
    )
}
