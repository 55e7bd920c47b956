import Foundation
import Programs
import Testing
import Wire

/// A stopped ledger and a copy of its data directory, as `cp -a` makes one.
struct CopiedLedger {
    enum Place: CaseIterable {
        /// The anchor lies in the directory, and is copied with it.
        case within
        /// The anchor lies elsewhere, and both have the same.
        case elsewhere
    }

    let original: TestLedger
    /// Where the anchor of the original is; gone with the last reference, as the ledger is.
    let disk: Folder
    let anchor: String

    var folder: Folder { original.folder }
    var copy: String { folder.path("copy") }

    init(_ place: Place) async throws {
        disk = try Folder()
        switch place {
        case .within:
            original = try await TestLedger()
            anchor = original.folder.path("data/anchor")
        case .elsewhere:
            original = try await TestLedger("--anchor", disk.path("anchor"))
            anchor = disk.path("anchor")
        }
        try copyAgain()
    }

    func copyAgain() throws {
        if folder.has("copy") { try folder.remove("copy") }
        try folder.copy("data", to: "copy")
    }

    /// Runs a command on the copy.
    func run(_ words: String..., with environment: [String: String] = [:]) async throws -> RunningProgram.Ended {
        try await Command.start(words + ["--data", copy], with: environment).end()
    }

    /// Every file that a start of the original goes by, but for its lock.
    func state() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for folder in [anchor, original.data, "\(original.data)/ledger", "\(original.data)/keys"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix("lock") {
                guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
                files["\(folder)/\(name)"] = Array(bytes)
            }
        }
        return files
    }
}
