import Glibc
import Programs
import Storage
import Synchronization
import Testing

/// The folder `Snapshots/`: the product's contracts in readable form, reviewed as diffs.
///
/// A test compares what the product does with what stands there. `MUNIMENT_RECORD=1` rewrites the files instead, and
/// the diff of the commit then shows what changed.
struct SnapshotFolder {
    static let recordVariable = "MUNIMENT_RECORD"

    static let isRecording = unsafe getenv(recordVariable).map { unsafe String(cString: $0) } == "1"

    /// A folder has one who writes to it at a time, and tests run beside each other.
    private static let recording = Mutex(())

    /// The whole path, for programs that read the files themselves.
    let path: String

    init(_ name: String = "") {
        path = Programs.project + "/Snapshots" + (name.isEmpty ? "" : "/" + name)
    }

    func read(_ name: String) throws -> [UInt8] {
        let bytes = try SmallFiles(path: path, access: .readOnly).read(name)
        return try #require(bytes, "\(path)/\(name) is missing; \(Self.renewal)")
    }

    /// The names of the files, hidden ones left out.
    func names() throws -> [String] {
        try SmallFiles(path: path, access: .readOnly).list().filter { !$0.hasPrefix(".") }
    }

    /// Compares a text with the file of that name, or writes it there.
    func expect(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if Self.isRecording {
            return try Self.recording.withLock { _ in
                let files = try SmallFiles(path: path)
                if try files.read(name) != Array(text.utf8) { try files.write(name, Array(text.utf8), mode: 0o644) }
            }
        }
        let present = try? SmallFiles(path: path, access: .readOnly).read(name)
        let stored = present.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard !stored.utf8.elementsEqual(text.utf8) else { return }
        let difference = LineDifference(from: stored, to: text)
        Issue.record(
            "Snapshots\(path.dropFirst(Programs.project.utf8.count + 10))/\(name) differs (- stored, + now):\n\(difference)\n\(Self.renewal)",
            sourceLocation: sourceLocation
        )
    }

    /// In recording, removes the files that no longer have a reason; else they are a failure.
    func expect(names wanted: Set<String>, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let extra = try names().filter { !wanted.contains($0) }
        if Self.isRecording {
            try Self.recording.withLock { _ in
                let files = try SmallFiles(path: path)
                for name in extra { try files.remove(name) }
            }
        } else {
            #expect(extra.isEmpty, "files that nothing accounts for; \(Self.renewal)", sourceLocation: sourceLocation)
            let missing = try wanted.subtracting(names()).sorted()
            #expect(missing.isEmpty, "files that are missing; \(Self.renewal)", sourceLocation: sourceLocation)
        }
    }

    static let renewal =
        "if the change is meant, run: \(recordVariable)=1 swift test --filter SnapshotTests (and review the diff)"
}
