import Engine
import EventLog

/// The way on from a ledger that is behind what was acknowledged: the very command to type, in the refusal itself.
struct ForkGuide {
    private let words: [String]

    init(_ settings: Settings) throws {
        var words = ["muniment", "fork", "--data", Settings.absolute(try settings.required(.data))]
        // What the environment or a file says, it says to the next command as well.
        for setting in [Setting.anchor, .keyFile, .keyCommand, .config] {
            guard let found = try settings.find(setting), found.source == "--\(setting.name)" else { continue }
            words += ["--\(setting.name)"] + found.values
        }
        self.words = words
    }

    /// Runs `body`; where it is refused for a loss of which something is known, the refusal says how to give that up.
    func lead<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch LedgerFault.rolledBack(let what, let lost?) {
            throw CommandFailure(.unopenable, advice(lost, what))
        }
    }

    /// What was seen, and what can be done.
    func advice(_ lost: LostHistory, _ what: String) -> String {
        let command = (words + ["--\(Setting.acknowledge.name)", lost.description]).map(Self.quoted).joined(
            separator: " "
        )
        return
            "\(CommandFailure.behind): \(what); restore what is missing, or give it up for good and go on under another"
            + " name with: \(command)"
    }

    /// As a shell takes it for one word.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case _: "-_./:=+@%,".utf8.contains(byte)
            }
        }
        if isPlain, !word.isEmpty { return word }
        return "'\(word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
