import Foundation
import Programs
import Testing
import Wire

/// A data file whose pages are torn is reported, in the form that was asked for, and never ends the command by a
/// signal.
struct TornFileTests {
    static let pageBytes = 4_096

    struct Harm: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let act: @Sendable (inout [UInt8]) -> Void

        init(_ name: String, _ act: @escaping @Sendable (inout [UInt8]) -> Void) {
            testDescription = name
            self.act = act
        }
    }

    /// Writes over a part of every page behind the two that begin the file.
    private static func scribble(_ part: Range<Int>, _ byte: UInt8) -> @Sendable (inout [UInt8]) -> Void {
        { file in
            for page in 2..<file.count / pageBytes {
                for place in part { file[page * pageBytes + place] = byte }
            }
        }
    }

    static let harms = [
        Harm("cut to half") { $0.removeSubrange(($0.count / 2)...) },
        Harm("cut to its first pages") { $0.removeSubrange((2 * pageBytes)...) },
        Harm("cut to nothing") { $0.removeAll() },
        // Behind the page's kind and bounds stand the places of its rows.
        Harm("places of rows", scribble(16..<64, 0xFF)),
        Harm("rows", scribble(2_048..<4_096, 0xFF)),
        Harm("kinds of pages", scribble(8..<16, 0xFF)),
        Harm("pages of zeros", scribble(0..<4_096, 0)),
    ]

    @Test(arguments: harms, [[], ["--quick"]])
    func `is reported`(_ harm: Harm, _ options: [String]) async throws {
        let ledger = try await TestLedger()
        var file = try ledger.folder.bytes("data/ledger/data.mdb")
        harm.act(&file)
        try ledger.folder.write("data/ledger/data.mdb", file)
        let words = ["verify", "--format", "json", "--data", ledger.data] + options
        let ended = try await Command.start(words).end()
        #expect(ended.status == 1 || ended.status == 3, "\(ended.status) \(ended.errors)")
        #expect(ended.errors.contains("muniment: "), "\(ended.errors)")
        let report = try JSON.parse(Array(ended.output.utf8.dropLast()))
        #expect(report["ok"] == false)
        #expect(report["problems"]?.items?.first?["what"]?.text?.isEmpty == false)
    }
}
