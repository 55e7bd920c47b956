import ArgumentParser
import Engine
import EventLog
import Wire

/// Gives up what a ledger has lost, so that it can be served again, under another name.
struct ForkLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork",
        abstract:
            "Go on with a ledger that has lost entries, or a copy, under another name; the server is stopped. Leaves an entry.",
        discussion: """
            A ledger that is behind its anchor is not served and not signed: it was set back, its end is lost, or an
            older copy was written on. Where what is missing cannot be restored, fork gives it up: what is left is
            verified from its first entry, an entry says what was lost, and checkpoints bear another name from there
            on, so that nobody takes the two histories for one. Whoever holds the verifier key gets the new one, which
            is printed; old proofs keep their old name.

            A copy that is to be served beside its original is forked too. The original keeps its anchor; the copy gets one
            in its own directory, or in the empty folder that --anchor names.

            The refused start prints the command with what is to be acknowledged.
            """,
    )

    @OptionGroup var directory: DirectoryOptions
    @Option(.acknowledge) var acknowledge: String?
    @Option(.reason) var reason: String?

    func run() async throws {
        let settings = try Settings(directory.given, [.acknowledge: acknowledge, .reason: reason])
        let given = try settings.text(.acknowledge)
        let forked: Instance.Forked
        do {
            forked = try Instance.fork(
                DataLocation(settings).found(),
                kek: KeySource.read(settings),
                givingUp: try given.map(Self.lost),
                reason: settings.text(.reason)
            )
        } catch Instance.ForkRefusal.nothingLost {
            throw CommandFailure(
                .checkFailed,
                "the ledger has everything that its anchor knows of, and is no copy: there is nothing to fork"
            )
        } catch Instance.ForkRefusal.notAcknowledged(_, let why) {
            let advice = try ForkGuide(settings).advice(why)
            throw CommandFailure(given == nil ? .usage : .checkFailed, advice ?? "\(why)")
        }
        for key in forked.verifiers { Output.line(key.description) }
        Output.message(
            "Entry \(forked.index) says what was given up. Checkpoints are signed as \(forked.origin) from here on, and kept"
                + " in \(forked.anchor): whoever verifies them needs the key above."
        )
    }

    private static func lost(_ text: String) throws -> LostHistory {
        do throws(Malformed) {
            return try LostHistory(text)
        } catch {
            throw CommandFailure.usage(
                "--\(Setting.acknowledge.name) is \(Setting.acknowledge.placeholder), as the refused"
                    + " start named it"
            )
        }
    }
}
