import Testing

/// The mistakes that `Tools/faults/mutate` makes on purpose can still be made: the code that each patch changes is
/// there.
struct MutationTests {
    private static let folder = "Tools/faults/mutations/"

    /// Lines that a patch looks for, one after the other, in one file.
    private struct Hunk {
        let path: String
        var old: [String] = []
        var isChange = false
    }

    @Test func `every mutation names the rows that must fail, and finds the lines that it changes`() throws {
        let files = try Repository.files()
        let patches = files.filter { $0.path.hasPrefix(Self.folder) }
        #expect(patches.count > 5)
        for patch in patches {
            let hunks = Self.hunks(patch)
            #expect(patch.lines.contains { $0.hasPrefix("Rows: T") } && !hunks.isEmpty, "\(patch.path)")
            for hunk in hunks {
                let lines = files.first { $0.path == hunk.path }?.lines ?? []
                #expect(hunk.isChange && Self.holds(lines, hunk.old), "\(patch.path): \(hunk.path) is not as it was")
            }
        }
    }

    private static func hunks(_ patch: SourceFile) -> [Hunk] {
        var (hunks, path): ([Hunk], String) = ([], "")
        for line in patch.lines {
            if line.hasPrefix("--- a/") {
                path = String(line.dropFirst(6))
            } else if line.hasPrefix("+++ ") {
                continue
            } else if line.hasPrefix("@@ ") {
                hunks.append(Hunk(path: path))
            } else if !hunks.isEmpty, let mark = line.first {
                if mark != "+" { hunks[hunks.count - 1].old.append(String(line.dropFirst())) }
                if mark != " " { hunks[hunks.count - 1].isChange = true }
            }
        }
        return hunks
    }

    private static func holds(_ lines: [String], _ part: [String]) -> Bool {
        guard !part.isEmpty, lines.count >= part.count else { return false }
        return (0...(lines.count - part.count)).contains { lines[$0...].starts(with: part) }
    }
}
