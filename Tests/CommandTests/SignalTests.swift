import Foundation
import Programs
import Testing
import Wire

/// `verify` reads in a process of its own; by which signal that ended tells a damaged page from somebody's kill.
struct SignalTests {
    /// The key command is started by the process that reads, so this ends it in the middle.
    ///
    /// It stays until then: a signal that dumps core may be taken by a thread whose turn comes late, and the others go
    /// on meanwhile.
    private static func verify(_ ledger: TestLedger, endedBy signal: String) async throws -> RunningProgram.Ended {
        try ledger.folder.write(
            "end",
            "kill -s \(signal) $PPID\nwhile kill -0 $PPID 2>/dev/null; do sleep 0.01; done\n"
        )
        let words = ["verify", "--format", "json", "--data", ledger.data]
        let command = ["--key-command", "/bin/sh \(ledger.folder.path("end"))"]
        return try await Command.start(words + command).end()
    }

    @Test(arguments: [("KILL", SIGKILL), ("TERM", SIGTERM), ("XCPU", SIGXCPU)])
    func `a reading that somebody ended is no finding`(_ name: String, _ number: Int32) async throws {
        let ended = try await Self.verify(try await TestLedger(), endedBy: name)
        #expect(ended.status == 3)
        let why = "the reading was ended by signal \(number): the ledger was not checked; run it again"
        #expect(ended.errors == "muniment: \(why)\n")
        let report = try JSON.parse(Array(ended.output.utf8.dropLast()))
        #expect(report["ok"] == false)
        #expect(report["problems"] == [["index": .null, "what": .string(why)]])
    }

    @Test(arguments: [("BUS", SIGBUS), ("SEGV", SIGSEGV), ("ILL", SIGILL), ("TRAP", SIGTRAP), ("ABRT", SIGABRT)])
    func `a reading that ended itself over a page found damage`(_ name: String, _ number: Int32) async throws {
        let ended = try await Self.verify(try await TestLedger(), endedBy: name)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("signal \(number) ended the reading, as a damaged page"), "\(ended.errors)")
        let report = try JSON.parse(Array(ended.output.utf8.dropLast()))
        #expect(report["ok"] == false)
    }
}
