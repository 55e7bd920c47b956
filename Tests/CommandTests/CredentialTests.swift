import Engine
import Foundation
import Programs
import Testing

/// Keys that somebody finds in a file: known by their letters.
struct CredentialTests {
    @Test func `the page tells scanners the expression that there is`() throws {
        let page = "\(Programs.project)/Sources/AdminAPI/AdminAPI.docc/APIKeys.md"
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("\n\(APIKeyText.pattern)\n"))
    }

    @Test func `a text is told to be a key, or what is wrong with it, and is not repeated`() async throws {
        let whole = APIKeyText(random: SimulatedWorld(seed: 3).world.random).text
        let slip = whole.dropLast() + (whole.last == "0" ? "1" : "0")
        let cases: [(text: String, status: Int32, word: String)] = [
            (whole, 0, ""), (String(slip), 1, "checksum"), (String(whole.dropLast()), 1, "characters long"),
            ("password", 1, "begin"),
        ]
        for (text, status, word) in cases {
            // A program of its own hands the text over, for standard input is not the test's.
            let script = "printf %s '\(text)' | \(Command.executable) credential check"
            let ended = try await Command.start(["-c", script], program: "sh").end()
            #expect(ended.status == status && (word.isEmpty || ended.errors.contains(word)), "\(ended)")
            #expect(!"\(ended.lines) \(ended.errors)".contains(text))
        }
    }
}
