import ArgumentParser
import Engine
import EventLog
import Foundation
import OpenSSL
import Wire

/// Reads the whole ledger again and says whether everything is as it was written.
///
/// It only reads, so it may run on a live, a killed or a copied directory; without keys, what is sealed stays sealed.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every entry, hash, chain and signature; exit 1 when something is wrong."
    )

    @OptionGroup var directory: DirectoryOptions
    @Flag(.quick) var quick = false
    @Flag(.unsigned) var unsigned = false
    @Option(.format) var format: String?

    @Flag(name: .customLong(VerifyingChild.flag), help: .hidden) var isChild = false

    func run() async throws {
        let settings = try Settings(directory.given, [.format: format], flags: [.quick: quick, .unsigned: unsigned])
        let format = try settings.choice(.format, PrintFormat.self) ?? .text
        guard !isChild else { return try read(settings, format) }
        let status: Int32
        do {
            status = try VerifyingChild.run()
        } catch let failure as CommandFailure {
            Self.printUnread(failure.reason, format)
            throw failure
        }
        // What there is to say was said.
        if status != 0 { Foundation.exit(status) }
        if try !settings.isOn(.quick) { try await Self.clearAlteration(settings) }
    }

    /// A complete verification that found nothing clears what an earlier run had found, and leaves an entry.
    private static func clearAlteration(_ settings: Settings) async throws {
        guard let what = try AlterationMemory.kept(in: DataLocation(settings).found()) else { return }
        let index = try await StoppedLedger(settings, clearsAlteration: true).use { try await $0.clearAlteration(what) }
        Output.message("cleared, in entry \(index): \(what)")
    }

    private func read(_ settings: Settings, _ format: PrintFormat) throws {
        let parent = getppid()
        let ledger: ReadOnlyLedger
        do {
            ledger = try ReadOnlyLedger(DataLocation(settings), settings)
        } catch {
            let failure = CommandFailure(error)
            if failure.status == .unopenable { Self.printUnread(failure.reason, format) }
            throw failure
        }
        // Nobody reads on for a command that is gone.
        let options = Verification.Options(isQuick: try settings.isOn(.quick), shouldStop: { getppid() != parent })
        var report = Verification(tables: ledger.tables, keys: ledger.keys, anchor: ledger.anchor, options: options)
            .run()
        for problem in ViewCheck(ledger.directory, tables: ledger.tables, keys: ledger.keys).problems(
            isQuick: options.isQuick
        ) { report.add(nil, problem) }
        switch format {
        case .text: for line in report.lines { Output.line(line, whenUnread: .goesOn) }
        case .json: Output.line(String(decoding: report.json.compact, as: UTF8.self), whenUnread: .goesOn)
        }
        guard report.isOK else {
            throw CommandFailure(
                .checkFailed,
                "the ledger is not as it was written: \(report.problemCount) problems; keep it as it is, and put a backup"
                    + " back into another directory with: muniment restore"
            )
        }
        guard try report.isSigned || settings.isOn(.unsigned) else {
            throw CommandFailure(
                .checkFailed,
                "unsigned: there is no anchor here, so what is missing at the end is not seen; name it with --anchor DIR, or say"
                    + " --unsigned"
            )
        }
    }

    /// A report of the same form where nothing could be read; for people the line on standard error is enough.
    private static func printUnread(_ why: String, _ format: PrintFormat) {
        switch format {
        case .text: break
        case .json:
            let report: JSON = [
                "ok": false, "signed": false, "entries": 0, "root": .null, "checkpoint": .null, "erased": 0,
                "problems": [["index": .null, "what": .string(why)]],
            ]
            Output.line(String(decoding: report.compact, as: UTF8.self), whenUnread: .goesOn)
        }
    }
}

extension Verification.Report {
    /// Roots are in base64, as in checkpoints, so that the two can be compared by eye and by script.
    fileprivate var json: JSON {
        [
            "ok": .bool(isOK), "signed": .bool(isSigned), "entries": .integer(Int64(entries)),
            "root": .string(Base64.encode(root.bytes)),
            "checkpoint": checkpoint.map { checkpoint in
                [
                    "origin": .string(checkpoint.origin), "size": .integer(Int64(checkpoint.size)),
                    "root": .string(Base64.encode(checkpoint.root.bytes)),
                ]
            } ?? .null,
            "erased": .integer(Int64(erased)),
            "problems": .array(
                problems.map { problem in
                    ["index": problem.index.map { .integer(Int64($0)) } ?? .null, "what": .string(problem.what)]
                }
            ),
        ]
    }

    fileprivate var lines: [String] {
        var lines = ["\(isOK ? "ok" : "NOT OK"): \(entries) entries, root \(Base64.encode(root.bytes))"]
        lines.append(
            checkpoint.map { "signed: the first \($0.size) entries, as \($0.origin)" }
                ?? "unsigned: no checkpoint was compared"
        )
        lines.append("segments: \(opened) opened, \(sealed) sealed, \(erased) erased; \(removed) entries removed")
        lines += problems.map { problem in
            problem.index.map { "entry \($0): \(problem.what)" } ?? problem.what
        }
        if problemCount > problems.count { lines.append("and \(problemCount - problems.count) more") }
        return lines
    }
}
