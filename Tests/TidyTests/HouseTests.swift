import Identity
import Testing

/// The house itself: its folders, its pages, the size of its files.
struct HouseTests {
    private static let linesMax = 400
    /// Longer files, each with its reason.
    private static let long = [
        "Tests/EventLogTests/MerkleVectors.swift": "values of published vectors, written in as they are"
    ]

    @Test func `a file is a chapter at most`() throws {
        for file in try Repository.files() where file.isSwift && Self.isLong(file) != (Self.long[file.path] != nil) {
            Issue.record("\(file.path) has \(file.lines.count) lines: at most \(Self.linesMax), one idea in each file")
        }
    }

    @Test func `a long file is found`() {
        let lines = { (count: Int) in String(repeating: "let a = 1\n", count: count) }
        #expect(Self.isLong(SourceFile(path: "Sources/Wire/A.swift", text: lines(401))))
        #expect(!Self.isLong(SourceFile(path: "Sources/Wire/A.swift", text: lines(400))))
    }

    private static let columnsMax = 120

    /// The formatter sees to the lines of code, and leaves these as they are.
    @Test func `a comment fits the width of a page`() throws {
        let comment = { (count: Int) in
            SourceFile(path: "A.swift", text: "    //" + String(repeating: "é", count: count))
        }
        #expect(Self.tooWide([comment(114)]) == [])
        #expect(Self.tooWide([comment(115)]) == ["A.swift:1"])
        let found = Self.tooWide(try Repository.files().filter(\.isSwift))
        #expect(found == [], "at most \(Self.columnsMax) characters")
    }

    private static func tooWide(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.lines.enumerated().filter { _, line in
                line.count > columnsMax && line.drop(while: \.isWhitespace).hasPrefix("//")
            }.map { "\(file.path):\($0.offset + 1)" }
        }
    }

    /// The line feed at the end begins no line.
    private static func isLong(_ file: SourceFile) -> Bool {
        (file.lines.last?.isEmpty == true ? file.lines.count - 1 : file.lines.count) > linesMax
    }

    private static let top: Set<String> = ["Package.swift", "README.md", "Snapshots", "Sources", "Tests", "Tools"]
    /// What building and running leave there; version control ignores them.
    private static let leftBehind: Set<String> = ["Package.resolved", "muniment-data"]

    @Test func `the top of the repository is a closed list`() throws {
        let extra = Self.unknown(try Repository.names(in: ""))
        #expect(extra.isEmpty, "each new folder at the top is a decision: \(extra)")
        #expect(Self.unknown(["Sources", "Notes.md"]) == ["Notes.md"])
    }

    private static func unknown(_ names: [String]) -> [String] {
        names.filter { !top.contains($0) && !leftBehind.contains($0) }
    }

    /// The catalogue of each target that carries a concept, and the pages in it.
    private static let pages = [
        "AdminAPI": ["APIKeys.md", "UsingTheAPI.md"], "Endpoints": ["Endpoints.md"],
        "EventLog": ["BackupFormat.md", "LedgerFormat.md"], "OpenSSL": ["OpenSSL.md"], "Storage": ["Storage.md"],
        "Views": ["Views.md"], "Web": ["Limits.md", "Web.md"], "Wire": ["Wire.md"],
        "muniment": ["Configuration.md", "Operations.md", "Runbook.md"],
    ]

    @Test(arguments: pages.keys.sorted())
    func `a target with a concept has its page`(target: String) throws {
        let files = try Repository.files(below: "Sources/\(target)/\(target).docc")
        for page in try #require(Self.pages[target]) {
            let text = try #require(files.first { $0.path.hasSuffix("/" + page) }, "\(target).docc has no \(page)")
            #expect(Self.isPage(text), "\(text.path): a title, a blank line, one sentence, and an overview")
        }
    }

    @Test func `every catalogue is listed, and a page without a sentence is found`() throws {
        for target in try Repository.folders(in: "Sources") {
            let catalogues = try Repository.folders(in: "Sources/\(target)").filter { $0.hasSuffix(".docc") }
            #expect(catalogues == (Self.pages[target] == nil ? [] : ["\(target).docc"]))
        }
        #expect(!Self.isPage(SourceFile(path: "Sources/A/A.docc/A.md", text: "# A\n\n## Overview\n")))
    }

    private static func isPage(_ page: SourceFile) -> Bool {
        page.lines.count > 4 && page.lines[0].hasPrefix("# ") && page.lines[1].isEmpty && !page.lines[2].isEmpty
            && !page.lines[2].hasPrefix("#") && page.lines.contains("## Overview")
    }
}

/// The names of entries, which are for ever.
struct EventTypeTests {
    @Test func `a type is named as the format wants it`() {
        for type in EntryType.allCases {
            #expect(Self.isWellNamed(type.text), "\(type.text): <resource>.<past participle>, in small letters")
        }
        for bad in ["tenant", "Tenant.created", "tenant.created.twice", ".created", "tenant.", "tenant.2fa", "_a.b"] {
            #expect(!Self.isWellNamed(bad), "\(bad)")
        }
    }

    @Test func `every type has an example of its bytes`() throws {
        let examples = Set(try Repository.names(in: "Snapshots/entries"))
        let missing = EntryType.allCases.map { "\($0.text).json" }.filter { !examples.contains($0) }
        #expect(missing.isEmpty, "let the scenario of SnapshotTests write one, and record it")
    }

    /// Whether a name is `[a-z][a-z_]{0,31}\.[a-z][a-z_]{0,31}`.
    private static func isWellNamed(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        return parts.count == 2
            && parts.allSatisfy { part in
                (1...32).contains(part.count) && part.first.map(isLetter) == true
                    && part.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") }
            }
    }
}
