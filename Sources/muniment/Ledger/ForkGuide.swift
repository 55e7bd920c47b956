import Engine
import EventLog

/// The way on from a ledger that is behind what was acknowledged, or from a copy of one: the very command to type, in
/// the refusal itself.
struct ForkGuide {
    private let words: [String]

    init(_ settings: Settings) throws {
        var words = ["--data", Settings.absolute(try settings.required(.data))]
        // What the environment or a file says, it says to the next command as well.
        for setting in [Setting.anchor, .keyFile, .keyCommand, .config] {
            guard let found = try settings.find(setting), found.source == "--\(setting.name)" else { continue }
            words += ["--\(setting.name)"] + found.values
        }
        self.words = words
    }

    /// Runs `body`; where there is a way on from what it is refused for, the refusal says what to type.
    func lead<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let fault as LedgerFault {
            guard let advice = advice(fault) else { throw fault }
            throw CommandFailure(.unopenable, advice)
        }
    }

    /// What was seen, and what can be done; `nil` where no command does it.
    func advice(_ fault: LedgerFault) -> String? {
        switch fault {
        case .rolledBack(let what, let lost?):
            "\(CommandFailure.behind): \(what); restore what is missing, or give it up for good and go on under another"
                + " name with: \(fork(lost))"
        case .copied(let what, let lost):
            "\(CommandFailure.copied): \(what); where the other is given up, let this one take its place"
                + " (\(line("moved", words))), else go on beside it under another name with: \(fork(lost))"
        case .rolledBack(_, nil), .damaged, .format, .keys, .tooLarge: nil
        }
    }

    private func fork(_ lost: LostHistory?) -> String {
        line("fork", words + (lost.map { ["--\(Setting.acknowledge.name)", $0.description] } ?? []))
    }

    private func line(_ command: String, _ words: [String]) -> String {
        (["muniment", command] + words).map(Self.quoted).joined(separator: " ")
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
