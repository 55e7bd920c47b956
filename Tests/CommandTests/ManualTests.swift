import Foundation
import Programs
import Testing

/// The manual and the command know the same options: neither can be changed without the other.
struct ManualTests {
    private static let page = URL(
        fileURLWithPath: "\(Programs.project)/Sources/muniment/muniment.docc/Configuration.md"
    )

    @Test func `the page's table has every option of every command, and no other`() async throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let cells = text.split(separator: "\n").filter { $0.hasPrefix("| `--") }
            .map { $0.dropFirst(2).prefix { $0 != "|" } }
        let told = Set(cells.flatMap { Self.options(in: $0) })
        let known = try await Self.options(of: [])
        #expect(known.count > 20)
        #expect(known.subtracting(told).isEmpty, "known to the command alone")
        #expect(told.subtracting(known).isEmpty, "known to the page alone")
    }

    /// What the help of a command and of all below it lists.
    private static func options(of words: [String]) async throws -> Set<String> {
        let help = try await Command.start(words + ["--help"]).end()
        #expect(help.status == 0)
        var found = Set(help.lines.filter { $0.hasPrefix("  --") }.compactMap { options(in: $0[...]).first })
        let below = help.lines.drop { !$0.hasSuffix("SUBCOMMANDS:") }.dropFirst()
        for line in below where line.hasPrefix("  ") && line.dropFirst(2).first?.isLowercase == true {
            found.formUnion(try await options(of: words + [String(line.dropFirst(2).prefix { $0 != " " })]))
        }
        return found.subtracting(["--version", "--help"])
    }

    private static func options(in text: Substring) -> [String] {
        text.matches(of: /--[a-z][a-z-]*/).map { String($0.output) }
    }
}
