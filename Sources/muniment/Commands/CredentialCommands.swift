import ArgumentParser
import Engine
import Foundation

/// What can be told of a credential without a server.
struct CredentialCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential",
        abstract: "Tell what a credential is, by its letters alone.",
        subcommands: [CheckCredential.self],
    )
}

/// Tells whether a text that was found is written as an API key is: no server is asked, and nothing is sent anywhere.
struct CheckCredential: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell whether a text on standard input is an API key.",
        discussion: """
            It is one by its form and its checksum; whether it can still be used, only its
            server knows. The text comes on standard input, for a command line is seen by
            others. What a whole key is found by is this regular expression:
            \(APIKeyText.pattern)
            Exit status 1 says that the text is none, and the line which part is wrong.
            """,
    )

    /// Several times the longest credential.
    private static let inputBytesMax = 4_096

    func run() throws {
        let input = try FileHandle.standardInput.read(upToCount: Self.inputBytesMax) ?? Data()
        let text = String(decoding: input, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        do throws(APIKeyText.Fault) {
            Output.line("This is an API key as far as its letters tell: \(try APIKeyText(text))")
        } catch {
            throw CommandFailure(.checkFailed, "this is no API key: \(error.reason)")
        }
    }
}
